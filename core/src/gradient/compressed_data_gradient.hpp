// Loss and weight gradient over compressed data; over their samples if the error may be beyond the tolerance.
#pragma once

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "gradient/compressed_gradient.hpp"
#include "gradient/data_gradient.hpp"
#include "gradient/sample_gradient.hpp"

namespace skein::internal {

template <class Scalar>
class CompressedDataGradient final : public DataGradient<Scalar> {
public:
    /// For full batches and analytic activations. `data` and `activations` outlive this.
    CompressedDataGradient(const CompressedData<Scalar>& data, std::span<const Activation> activations,
                           const Execution& execution);

    Computed compute(const Chain<Scalar>& chain, const BatchOrder::Batch& batch, bool with_gradient) override;
    std::optional<CompressionRecord> record() const override { return record_; }
    void require_within_tolerance() const override;
    /// record(), which starts again from nothing.
    CompressionRecord take_record() noexcept { return std::exchange(record_, {}); }

private:
    bool compute_compressed(const Chain<Scalar>& chain, bool with_gradient);
    void note_bound(double largest_gradient, double rounding, bool with_gradient);

    double tolerance_;
    CompressedGradient compressed_;
    std::optional<SampleGradient<Scalar>> exact_;  // if the samples are at hand
    std::vector<double> weights_;                  // the chain's, in double
    std::vector<Scalar> gradients_;
    CompressionRecord record_;
    bool is_beyond_tolerance_ = false;
};

}  // namespace skein::internal
