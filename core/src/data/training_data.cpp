#include "skein/training_data.hpp"

#include <cmath>
#include <string>

#include "base/require.hpp"

namespace skein {

using namespace internal;

template <class Scalar>
CompressedData<Scalar>::CompressedData(CompressedDataset sums, double tolerance, std::optional<Dataset<Scalar>> samples)
    : sums_(std::move(sums)), tolerance_(tolerance), samples_(std::move(samples)) {
    require(tolerance > 0.0 && std::isfinite(tolerance), "the tolerance of compressed data", tolerance,
            "a positive number");
    if (samples_ && samples_->num_samples() != sums_.num_samples()) {
        refuse("the number of samples that were compressed", sums_.num_samples(),
               "as many as there are, " + std::to_string(samples_->num_samples()));
    }
}

template class CompressedData<float>;
template class CompressedData<double>;

}  // namespace skein
