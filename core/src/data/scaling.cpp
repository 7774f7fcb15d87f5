#include "skein/scaling.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "base/text.hpp"

namespace skein {

using namespace internal;

double AffineMap::scaled(double number) const noexcept { return (number - offset) * (1.0 / factor); }

double AffineMap::unscaled(double number) const noexcept { return offset + factor * number; }

bool AffineMap::operator==(const AffineMap&) const noexcept = default;

bool Scaling::is_none() const noexcept { return *this == Scaling(); }

double Scaling::loss_factor() const noexcept { return y.factor * y.factor; }

bool Scaling::operator==(const Scaling&) const noexcept = default;

namespace {

template <class Scalar>
class ScaledSource final : public SampleSource<Scalar> {
public:
    ScaledSource(Dataset<Scalar> data, const Scaling& scaling) : data_(std::move(data)), scaling_(scaling) {}

    std::uint64_t num_samples() const noexcept override { return data_.num_samples(); }
    bool prefers_blocks() const noexcept override { return data_.source().prefers_blocks(); }
    bool is_computed() const noexcept override { return data_.source().is_computed(); }
    MiniBatch<Scalar> range(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& buffer) const override {
        return scaled(data_.source().range(first, count, buffer), buffer);
    }
    MiniBatch<Scalar> gather(std::span<const std::uint64_t> indices,
                             const SampleBuffer<Scalar>& buffer) const override {
        return scaled(data_.source().gather(indices, buffer), buffer);
    }

private:
    MiniBatch<Scalar> scaled(const MiniBatch<Scalar>& samples, const SampleBuffer<Scalar>& buffer) const {
        for (const auto& [from, to, map] :
             {std::tuple{samples.x, buffer.x, scaling_.x}, {samples.y, buffer.y, scaling_.y}}) {
            for (std::size_t i = 0; i < samples.num_samples; ++i) {
                to[i] = static_cast<Scalar>(map.scaled(static_cast<double>(from[i])));
            }
        }
        return {buffer.x, buffer.y, samples.sample_weight, samples.num_samples};
    }

    Dataset<Scalar> data_;
    Scaling scaling_;
};

void require_finite(const char* column, double mean, double variance) {
    if (!std::isfinite(mean) || !std::isfinite(variance)) {
        throw std::invalid_argument(to_text(column,
                                            " cannot be scaled: its mean or its squares overflow: expected smaller "
                                            "numbers"));
    }
}

/// Takes numbers from `least` to `most` to those within `half` of `centre`.
AffineMap stretched(double least, double most, double centre, double half) {
    const double factor = most > least ? 0.5 * (most - least) / half : 1.0;
    return {0.5 * least + 0.5 * most - factor * centre, factor};
}

AffineMap standardised(double mean, double variance) { return {mean, variance > 0.0 ? std::sqrt(variance) : 1.0}; }

AffineMap into_range(const DataSummary& data, const OutputRange& range) {
    constexpr double kInner = 0.9;
    const bool has_lowest = std::isfinite(range.lowest), has_highest = std::isfinite(range.highest);
    const double lowest = has_lowest ? range.lowest : has_highest ? range.highest - 2.0 : -1.0;
    const double highest = has_highest ? range.highest : lowest + 2.0;
    return stretched(data.y_min, data.y_max, 0.5 * (lowest + highest), kInner * 0.5 * (highest - lowest));
}

}  // namespace

Scaling make_scaling(ScalingKind kind, const DataSummary& data, const OutputRange& range) {
    if (kind == ScalingKind::none) {
        return {};
    }
    require_finite("x", data.mean_x, data.variance_x);
    require_finite("y", data.mean_y, data.variance_y);
    return kind == ScalingKind::standard
               ? Scaling{standardised(data.mean_x, data.variance_x), standardised(data.mean_y, data.variance_y)}
               : Scaling{stretched(data.x_min, data.x_max, 0.0, 1.0), into_range(data, range)};
}

template <class Scalar>
Dataset<Scalar> scaled(const Dataset<Scalar>& data, const Scaling& scaling) {
    return scaling.is_none() ? data : Dataset<Scalar>(std::make_shared<ScaledSource<Scalar>>(data, scaling));
}
template Dataset<float> scaled(const Dataset<float>&, const Scaling&);
template Dataset<double> scaled(const Dataset<double>&, const Scaling&);

DataSummary unscaled(const DataSummary& summary, const Scaling& scaling) noexcept {
    DataSummary raw = summary;
    for (double DataSummary::*number : {&DataSummary::x_min, &DataSummary::x_max, &DataSummary::mean_x}) {
        raw.*number = scaling.x.unscaled(summary.*number);
    }
    for (double DataSummary::*number : {&DataSummary::y_min, &DataSummary::y_max, &DataSummary::mean_y}) {
        raw.*number = scaling.y.unscaled(summary.*number);
    }
    raw.variance_x *= scaling.x.factor * scaling.x.factor;
    raw.variance_y *= scaling.loss_factor();
    raw.covariance *= scaling.x.factor * scaling.y.factor;
    raw.mean_square_beyond_range *= scaling.loss_factor();
    return raw;
}

}  // namespace skein
