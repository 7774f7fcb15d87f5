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
    /// For about `num_steps` batches of `order`. `source` outlives this.
    SampleGradient(const SampleSource<Scalar>& source, std::size_t num_layers, const BatchOrder& order,
                   std::uint64_t num_steps, const Execution& execution)
        : feed_(source, order, num_steps, execution), gradient_(num_layers, order.batch_size(0), execution) {
        this->weight_gradients_ = gradient_.weight_gradients();
    }

    Computed compute(const Chain<Scalar>& chain, const BatchOrder::Batch& batch, bool with_gradient) override {
        const bool is_done = gradient_.compute(chain, feed_, batch, with_gradient);
        this->loss_ = gradient_.loss();
        this->num_evaluated_ = batch.num_samples();
        return is_done ? Computed::done : Computed::given_up;
    }

    MiniBatch<Scalar> samples_on(const BatchOrder::Batch& batch) override {
        return feed_.prepare(batch) ? feed_.samples_on(batch) : MiniBatch<Scalar>{};
    }

private:
    SampleFeed<Scalar> feed_;
    BatchGradient<Scalar> gradient_;
};

}  // namespace skein::internal
