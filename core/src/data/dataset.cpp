#include "skein/dataset.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>

#include "base/floating_point_environment.hpp"
#include "base/require.hpp"
#include "samples/memory_source.hpp"
#include "samples/range_source.hpp"
#include "samples/stretch_split.hpp"
#include "samples/subset_source.hpp"
#include "skein/batch_order.hpp"

namespace skein {

using namespace internal;

namespace {

template <class Scalar>
void check_column(const char* column, const std::vector<Scalar>& values, std::size_t num_samples) {
    if (values.size() != num_samples) {
        throw std::invalid_argument(std::string(column) + " has " + std::to_string(values.size()) + " rows: expected " +
                                    std::to_string(num_samples) + ", as x has");
    }
    // Messages are made for the row that is wrong only: making one for each took 72 ns a sample.
    const auto wrong = std::ranges::find_if_not(values, [](Scalar value) { return std::isfinite(value); });
    if (wrong != values.end()) {
        refuse(std::string(column) + " in row " + std::to_string(wrong - values.begin() + 1), *wrong,
               "a finite number");
    }
}

template <class Scalar>
void check_sample_weights(const std::vector<Scalar>& sample_weight) {
    double sum = 0.0;
    for (const Scalar& weight : sample_weight) {
        if (weight < 0) {
            refuse("the sample weight in row " + std::to_string(&weight - sample_weight.data() + 1), weight,
                   "0 or more");
        }
        sum += static_cast<double>(weight);
    }
    if (!sample_weight.empty() && !(sum > 0.0)) {
        throw std::invalid_argument("the sample weights sum to 0: expected at least one that is positive");
    }
}

/// The unit of the weights does not matter to a mean, so weights that are very far from 1 are brought near it, by a power
/// of two: else their sums, or a product with one of them, would overflow or lose digits. Returns the exponent.
template <class Scalar>
int bring_near_one(std::vector<Scalar>& sample_weight) {
    constexpr int kFar = std::numeric_limits<Scalar>::max_exponent / 2;
    const int exponent = std::ilogb(std::ranges::max(sample_weight));
    if (std::abs(exponent) <= kFar) {
        return 0;
    }
    for (Scalar& weight : sample_weight) {
        weight = std::ldexp(weight, -exponent);
    }
    return exponent;
}

/// The first `count` images of the keyed bijection.
IndexSet chosen(std::uint64_t total, std::uint64_t count, std::uint64_t seed) {
    constexpr std::uint64_t kAtOnce = 1024;
    const Permutation permutation(total, seed, random::Stream::validation_split, 0);
    IndexSet indices(total);
    std::array<std::uint64_t, kAtOnce> images;
    for (std::uint64_t first = 0; first < count; first += kAtOnce) {
        const std::span part(images.data(), static_cast<std::size_t>(std::min(kAtOnce, count - first)));
        permutation.images(first, part);
        std::ranges::for_each(part, [&](std::uint64_t index) { indices.insert(index); });
    }
    return indices;
}

}  // namespace

template <class Scalar>
Dataset<Scalar>::Dataset(std::vector<Scalar> x, std::vector<Scalar> y, std::vector<Scalar> sample_weight) {
    const FloatingPointEnvironment environment;
    if (x.empty()) {
        throw std::invalid_argument("the data set has no samples");
    }
    check_column("x", x, x.size());
    check_column("y", y, x.size());
    if (!sample_weight.empty()) {
        check_column("the sample weight", sample_weight, x.size());
        check_sample_weights(sample_weight);
        weight_exponent_ = bring_near_one(sample_weight);
    }
    source_ = std::make_shared<MemorySource<Scalar>>(std::move(x), std::move(y), std::move(sample_weight));
}

template <class Scalar>
Dataset<Scalar>::Dataset(std::shared_ptr<const SampleSource<Scalar>> source) : source_(std::move(source)) {
    if (source_ == nullptr || source_->num_samples() == 0) {
        throw std::invalid_argument("the data set has no samples");
    }
}

template <class Scalar>
typename Dataset<Scalar>::Split Dataset<Scalar>::split(double fraction, std::uint64_t seed) const {
    const FloatingPointEnvironment environment;
    require(fraction > 0.0 && fraction < 1.0, "the validation fraction", fraction, "more than 0 and less than 1");
    const std::uint64_t total = num_samples();
    const std::uint64_t num_validation =
        std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::floor(fraction * static_cast<double>(total) + 0.5)));
    require(num_validation < total, "the validation fraction", fraction,
            "one that leaves at least one sample for training");
    if (source_->prefers_blocks() && total >= kLeastStretches * kStretchSamples) {
        StretchSplit parts(total, num_validation, seed);
        return {Dataset(std::make_shared<StretchSource<Scalar>>(source_, std::move(parts.training))),
                Dataset(std::make_shared<StretchSource<Scalar>>(source_, std::move(parts.validation)))};
    }
    if (source_->is_computed()) {
        return {Dataset(std::make_shared<RangeSource<Scalar>>(source_, num_validation, total - num_validation)),
                Dataset(std::make_shared<RangeSource<Scalar>>(source_, 0, num_validation))};
    }
    IndexSet validation = chosen(total, num_validation, seed);
    IndexSet training = validation.complement();
    validation.count();
    training.count();
    return {Dataset(std::make_shared<SubsetSource<Scalar>>(source_, std::move(training))),
            Dataset(std::make_shared<SubsetSource<Scalar>>(source_, std::move(validation)))};
}

template class Dataset<float>;
template class Dataset<double>;

}  // namespace skein
