// Loss and weight gradient over the samples of a batch.
#pragma once

#include <cstddef>
#include <cstdint>

#include "gradient/batch_gradient.hpp"
#include "gradient/data_gradient.hpp"

namespace skein::internal {

template <class Scalar>
class SampleGradient final : public DataGradient<Scalar> {
public:
    /// For batches of at most `max_samples`. `source` outlives this.
    SampleGradient(const SampleSource<Scalar>& source, std::size_t num_layers, std::uint64_t max_samples,
                   const Execution& execution)
        : source_(source), gradient_(num_layers, max_samples, execution) {
        this->weight_gradients_ = gradient_.weight_gradients();
    }

    Computed compute(const Chain<Scalar>& chain, const BatchOrder::Batch& batch, bool with_gradient) override {
        const bool is_done = gradient_.compute(chain, source_, batch, with_gradient);
        this->loss_ = gradient_.loss();
        this->num_evaluated_ = batch.num_samples();
        return is_done ? Computed::done : Computed::given_up;
    }

private:
    const SampleSource<Scalar>& source_;
    BatchGradient<Scalar> gradient_;
};

}  // namespace skein::internal
