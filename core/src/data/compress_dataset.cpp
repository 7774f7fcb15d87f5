#include "skein/compressed_dataset.hpp"
#include "skein/dataset.hpp"

namespace skein {

template <class Scalar>
CompressedDataset compress(const Dataset<Scalar>& data, const CompressionSettings& settings,
                           CompressionObserver* observer) {
    Compressor<Scalar> compressor(settings, observer);
    compressor.add(data.source());
    return compressor.finish();
}

template CompressedDataset compress(const Dataset<float>&, const CompressionSettings&, CompressionObserver*);
template CompressedDataset compress(const Dataset<double>&, const CompressionSettings&, CompressionObserver*);

}  // namespace skein
