#include "base/require.hpp"
#include "skein/compressed_dataset.hpp"
#include "skein/dataset.hpp"

namespace skein {

using namespace internal;

template <class Scalar>
CompressedDataset compress(const Dataset<Scalar>& data, const CompressionSettings& settings,
                           CompressionObserver* observer) {
    require(data.weight_exponent() == 0, "the exponent of the largest sample weight", data.weight_exponent(),
            "weights nearer to 1: those of parts that are merged must have one unit");
    Compressor<Scalar> compressor(settings, observer);
    compressor.add(data.source());
    return compressor.finish();
}

template CompressedDataset compress(const Dataset<float>&, const CompressionSettings&, CompressionObserver*);
template CompressedDataset compress(const Dataset<double>&, const CompressionSettings&, CompressionObserver*);

}  // namespace skein
