// Many steps of chains side by side: rows outside, steps inside. A few rows stay in registers through all steps, so
// their arithmetic hides each other's latencies and no state goes through memory: 80 % of the ceiling with one sample a
// step and three layers, where loops over the layers of a tile reach 69 % (AVX-512, Zen 4, float). The bits are those
// of lane_kernels.hpp: the same operations on the same numbers in the same order.
#pragma once

#ifndef SKEIN_LANES_PORTABLE

#include "kernels/lane_kernels.hpp"

namespace skein::internal::kernels {
namespace {

/// function(0), ..., function(kCount - 1); each index is a constant, so that arrays of rows stay in registers.
template <class Function, std::size_t... kIndex>
SKEIN_INLINE void for_indices(std::index_sequence<kIndex...>, const Function& function) {
    (function(std::integral_constant<std::size_t, kIndex>()), ...);
}
template <std::size_t kCount, class Function>
SKEIN_INLINE void for_each_index(const Function& function) {
    for_indices(std::make_index_sequence<kCount>(), function);
}

/// Rows that are made at once. A step of three layers is a chain of 200 cycles, a row takes 60 of them: one row alone
/// takes 2.4 times as long as one of six, one of four 1.04 times (AVX-512, float). More than registers hold gain
/// nothing: doubles take twice as many, AVX2 and NEON two and four times.
#if defined(__AVX512F__)
template <class Scalar>
constexpr std::size_t kStepRows = sizeof(Scalar) == sizeof(float) ? 6 : 4;
#elif defined(__AVX2__)
template <class Scalar>
constexpr std::size_t kStepRows = sizeof(Scalar) == sizeof(float) ? 4 : 2;
#else
template <class Scalar>
constexpr std::size_t kStepRows = 2;
#endif

/// Up to four layers have code of their own. With code for any number of layers, weights and activations in memory, a
/// step of three takes 5 to 20 % longer; of four and more, that is no faster than the loops over layers, but for floats
/// with AVX-512. (Code of their own for all up to eight layers would take the compiler 80 s, and 700 kB.)
template <class Scalar>
constexpr std::size_t kMaxStepLayers = kStepRows<Scalar> == 6 ? 8 : 4;

/// A sample of a few rows of lanes: numbers of a row, which all rows share or which are each row's own.
template <class Scalar>
struct StepSample {
    const Scalar* x;
    const Scalar* y;
    std::size_t row_distance;  // 0 if shared
    SKEIN_INLINE Row<Scalar> x_of(std::size_t row) const { return load(x + row * row_distance); }
    SKEIN_INLINE Row<Scalar> y_of(std::size_t row) const { return load(y + row * row_distance); }
};

/// Samples that all lanes share, as rows.
template <std::size_t kCount, class Scalar>
struct SharedSamples {
    alignas(64) Scalar x[kCount * kRowLanes];
    alignas(64) Scalar y[kCount * kRowLanes];
    SKEIN_INLINE void set(std::size_t index, Scalar one_x, Scalar one_y) {
        store(x + index * kRowLanes, broadcast(one_x));
        store(y + index * kRowLanes, broadcast(one_y));
    }
    SKEIN_INLINE StepSample<Scalar> sample(std::size_t index) const {
        return {x + index * kRowLanes, y + index * kRowLanes, 0};
    }
};

/// The weights of kRows rows of lanes through the steps. kLayers: with code of its own for that many layers, all is in
/// registers as far as there are enough; 0: for any number, weights and activations in memory.
template <Activation kActivation, std::size_t kLayers, std::size_t kRows, class Scalar>
class StepRows {
public:
    static constexpr std::size_t kRoom = kLayers == 0 ? kMaxStepLayers<Scalar> : kLayers;
    using Rows = Row<Scalar>[kRows];

    SKEIN_INLINE StepRows(const LaneSteps<Scalar>& steps, std::size_t first) {
        for_each_index<kRows>([&](auto row) SKEIN_INLINE_LAMBDA {
            squares_[row] = broadcast(Scalar(0));
            for_each_layer(steps, [&](auto layer) SKEIN_INLINE_LAMBDA {
                weight_[layer][row] = load(steps.weights + layer * steps.stride + first + row * kRowLanes);
            });
        });
    }

    /// Returns a row that is finite if all weights and gradients of all steps were: a weight that is not stays so.
    SKEIN_INLINE Row<Scalar> store_row(const LaneSteps<Scalar>& steps, std::size_t first, std::size_t row) const {
        Row<Scalar> check = squares_[row];
        for_each_layer(steps, [&](auto layer) SKEIN_INLINE_LAMBDA {
            store(steps.new_weights + layer * steps.stride + first + row * kRowLanes, weight_[layer][row]);
            check = check + weight_[layer][row];
        });
        return check;
    }

    /// f_i of all layers; f[0] is that of the first.
    SKEIN_INLINE void forward(const LaneSteps<Scalar>& steps, const StepSample<Scalar>& sample,
                              Rows (&f)[kRoom]) const {
        for_each_layer(steps, [&](auto layer) SKEIN_INLINE_LAMBDA {
            for_each_index<kRows>([&](auto row) SKEIN_INLINE_LAMBDA {
                const Row<Scalar> input = layer == 0 ? sample.x_of(row) : f[layer == 0 ? 0 : layer - 1][row];
                f[layer][row] = Formulas<kActivation>::activate(weight_[layer][row] * input);
            });
        });
    }

    /// From delta_L down: take_gradient(layer, row, f_{i-1}, delta_i) when the weight is not needed any more.
    template <class TakeGradient>
    SKEIN_INLINE void backward(const LaneSteps<Scalar>& steps, const StepSample<Scalar>& sample, const Rows (&f)[kRoom],
                               Rows& delta, const TakeGradient& take_gradient) {
        for_each_layer(steps, [&](auto index) SKEIN_INLINE_LAMBDA {
            const std::size_t layer = num_layers(steps) - 1 - index;
            for_each_index<kRows>([&](auto row) SKEIN_INLINE_LAMBDA {
                const Row<Scalar> input = layer == 0 ? sample.x_of(row) : f[layer == 0 ? 0 : layer - 1][row];
                const Row<Scalar> delta_here = delta[row];
                if (layer != 0) {
                    delta[row] = times_slope<kActivation>(weight_[layer][row] * delta_here, input);
                }
                take_gradient(layer, row, input, delta_here);
            });
        });
    }

    SKEIN_INLINE void descend(const LaneSteps<Scalar>& steps, std::size_t first, std::size_t layer, std::size_t row,
                              const Row<Scalar>& gradient) {
        const std::size_t at = layer * steps.learning_rate_stride + first + row * kRowLanes;
        weight_[layer][row] = negative_fused(load(steps.learning_rates + at), gradient, weight_[layer][row]);
        if constexpr (sizeof(Scalar) == sizeof(double)) {  // as update_weight_row() says
            squares_[row] = fused(gradient, gradient, squares_[row]);
        }
    }

    SKEIN_INLINE static std::size_t num_layers(const LaneSteps<Scalar>& steps) {
        return kLayers == 0 ? steps.num_layers : kLayers;
    }
    template <class Function>
    SKEIN_INLINE static void for_each_layer(const LaneSteps<Scalar>& steps, const Function& function) {
        if constexpr (kLayers != 0) {
            for_each_index<kLayers>(function);
        } else {
            for (std::size_t layer = 0; layer < steps.num_layers; ++layer) {
                function(layer);
            }
        }
    }

private:
    Rows weight_[kRoom];
    Rows squares_;  // of all gradients, in double
};

/// A step of one sample.
template <Activation kActivation, std::size_t kLayers, std::size_t kRows, class Scalar>
SKEIN_INLINE void take_step(StepRows<kActivation, kLayers, kRows, Scalar>& rows, const LaneSteps<Scalar>& steps,
                            std::size_t first, Scalar* losses, const StepSample<Scalar>& sample) {
    using Rows = Row<Scalar>[kRows];
    constexpr std::size_t kRoom = StepRows<kActivation, kLayers, kRows, Scalar>::kRoom;
    const Row<Scalar> zero = broadcast(Scalar(0));
    Rows f[kRoom], delta;
    rows.forward(steps, sample, f);
    for_each_index<kRows>([&](auto row) SKEIN_INLINE_LAMBDA {
        const Row<Scalar> f_last = f[rows.num_layers(steps) - 1][row];
        const Row<Scalar> residual = f_last - sample.y_of(row);
        store(losses + first + row * kRowLanes, fused(residual, residual, zero));
        delta[row] = times_slope<kActivation>(residual + residual, f_last);
    });
    rows.backward(steps, sample, f, delta,
                  [&](auto layer, auto row, const auto& input, const auto& delta_here)
                      SKEIN_INLINE_LAMBDA { rows.descend(steps, first, layer, row, fused(input, delta_here, zero)); });
}

/// The partial sums of a mini-batch: of the loss, then of the gradients.
template <std::size_t kRoom, std::size_t kRows, class Scalar>
struct StepSums {
    static constexpr std::size_t kLevelSize = (kRoom + 1) * kRows * kRowLanes;
    alignas(64) Scalar sums[kNumSumLevels * kLevelSize];

    SKEIN_INLINE Scalar* at(std::size_t index, std::size_t row) { return sums + (index * kRows + row) * kRowLanes; }
    SKEIN_INLINE void add(const SlotVisit& visit, std::size_t index, std::size_t row, const Row<Scalar>& a,
                          const Row<Scalar>& b) {
        LaneSample<Scalar> sample{};
        sample.is_first = visit.is_first;
        sample.num_merges = visit.num_merges;
        sample.level_size = kLevelSize;
        add_to_sum(sample, at(index, row) + visit.level * kLevelSize, a, b);
    }
    /// As mean_of().
    SKEIN_INLINE Row<Scalar> mean_row(const LaneSteps<Scalar>& steps, std::size_t index, std::size_t row) {
        return (load(at(index, row)) + broadcast(steps.empty_slots)) * broadcast(steps.reciprocal);
    }
};

/// A step of many samples.
template <Activation kActivation, std::size_t kLayers, std::size_t kRows, class Scalar>
SKEIN_INLINE void take_step_of_batch(StepRows<kActivation, kLayers, kRows, Scalar>& rows,
                                     const LaneSteps<Scalar>& steps, std::size_t first, Scalar* losses, const Scalar* x,
                                     const Scalar* y) {
    using Rows = Row<Scalar>[kRows];
    constexpr std::size_t kRoom = StepRows<kActivation, kLayers, kRows, Scalar>::kRoom;
    StepSums<kRoom, kRows, Scalar> sums;
    for (std::size_t index = 0; index < steps.num_visits; ++index) {
        const SlotVisit visit = steps.visits[index];
        Rows f[kRoom], delta;
        SharedSamples<1, Scalar> shared;
        shared.set(0, x[visit.sample], y[visit.sample]);
        const StepSample<Scalar> sample = shared.sample(0);
        rows.forward(steps, sample, f);
        for_each_index<kRows>([&](auto row) SKEIN_INLINE_LAMBDA {
            const Row<Scalar> f_last = f[rows.num_layers(steps) - 1][row];
            const Row<Scalar> residual = f_last - sample.y_of(row);
            sums.add(visit, 0, row, residual, residual);
            delta[row] = times_slope<kActivation>(residual + residual, f_last);
        });
        rows.backward(steps, sample, f, delta,
                      [&](auto layer, auto row, const auto& input, const auto& delta_here)
                          SKEIN_INLINE_LAMBDA { sums.add(visit, 1 + layer, row, input, delta_here); });
    }
    for_each_index<kRows>([&](auto row) SKEIN_INLINE_LAMBDA {
        store(losses + first + row * kRowLanes, sums.mean_row(steps, 0, row));
        rows.for_each_layer(steps, [&](auto layer) SKEIN_INLINE_LAMBDA {
            rows.descend(steps, first, layer, row, sums.mean_row(steps, 1 + layer, row));
        });
    });
}

/// A sum of a row's losses; as add_compensated().
template <class Scalar>
struct CompensatedRow {
    Row<Scalar> sum, error;
    SKEIN_INLINE void add(const Row<Scalar>& a) {
        const Row<Scalar> corrected = a - error;
        const Row<Scalar> next = sum + corrected;
        error = (next - sum) - corrected;
        sum = next;
    }
};

/// Records the losses of all steps of a row of lanes. (In the steps themselves it takes 5 to 15 % longer: its five
/// numbers a lane do not fit into registers with the rest.) Returns a row that is finite if all losses were, and all
/// above the watched one: the sum of the losses stays infinite or NaN, and the smallest tells of the watched one.
template <class Scalar>
SKEIN_INLINE Row<Scalar> record_steps(const LaneSteps<Scalar>& steps, std::size_t lane) {
    const LossSums<Scalar>& from = steps.sums;
    const LossSums<Scalar>& to = steps.new_sums;
    Row<Scalar> smallest = load(from.smallest + lane);
    CompensatedRow<Scalar> sum{load(from.sum + lane), load(from.sum_error + lane)};
    CompensatedRow<Scalar> inverse_sum{load(from.inverse_sum + lane), load(from.inverse_sum_error + lane)};
    std::size_t slot = steps.first_slot;
    for (std::size_t step = 0; step < steps.num_steps; ++step) {
        const Row<Scalar> loss = load(steps.losses + slot * steps.stride + lane);
        smallest = at_most(smallest, loss);
        sum.add(loss);
        inverse_sum.add(broadcast(Scalar(1)) / loss);
        slot = slot + 1 == steps.num_slots ? 0 : slot + 1;
    }
    store(to.smallest + lane, smallest);
    store(to.sum + lane, sum.sum);
    store(to.sum_error + lane, sum.error);
    store(to.inverse_sum + lane, inverse_sum.sum);
    store(to.inverse_sum_error + lane, inverse_sum.error);
    const Row<Scalar> nan = broadcast(std::numeric_limits<Scalar>::quiet_NaN());
    return select(less(load(steps.watched_losses + lane), smallest), sum.sum, nan);
}

/// All steps of kRows rows of lanes from `first` on; `steps` by value, as in update_lanes_as().
template <Activation kActivation, std::size_t kLayers, std::size_t kRows, class Scalar>
[[gnu::noinline]] bool take_steps_of_rows(const LaneSteps<Scalar> steps, std::size_t first) {
    StepRows<kActivation, kLayers, kRows, Scalar> rows(steps, first);
    SharedSamples<kStepsAtOnce, Scalar> shared;
    for (std::size_t step = 0; step < steps.num_steps && !steps.is_per_lane; ++step) {
        shared.set(step, steps.x[step * steps.sample_stride], steps.y[step * steps.sample_stride]);
    }
    std::size_t slot = steps.first_slot;
    for (std::size_t step = 0; step < steps.num_steps; ++step) {
        Scalar* const losses = steps.losses + slot * steps.stride;
        const Scalar* const x = steps.x + step * steps.sample_stride;
        const Scalar* const y = steps.y + step * steps.sample_stride;
        if (steps.num_visits == 1) {
            take_step(rows, steps, first, losses,
                      steps.is_per_lane ? StepSample<Scalar>{x + first, y + first, kRowLanes} : shared.sample(step));
        } else {
            take_step_of_batch(rows, steps, first, losses, x, y);
        }
        slot = slot + 1 == steps.num_slots ? 0 : slot + 1;
    }
    Row<Scalar> all = broadcast(Scalar(0));
    for_each_index<kRows>([&](auto row) {
        const Row<Scalar> check =
            rows.store_row(steps, first, row) + record_steps<Scalar>(steps, first + row * kRowLanes);
        all = all + (check - check);
    });
    return !any_flagged(all);
}

/// The rows that do not fill up kStepRows take rows without lanes with them, if they are at least half as many; else
/// they go in pairs.
template <Activation kActivation, std::size_t kLayers, class Scalar>
bool take_steps_of_layers(const LaneSteps<Scalar>& steps) {
    constexpr std::size_t kTogether = kStepRows<Scalar> * kRowLanes;
    std::size_t lane = 0;
    for (; lane + kTogether / 2 <= steps.num_lanes; lane += kTogether) {
        if (!take_steps_of_rows<kActivation, kLayers, kStepRows<Scalar>>(steps, lane)) {
            return false;
        }
    }
    for (; lane < steps.num_lanes; lane += 2 * kRowLanes) {
        if (!take_steps_of_rows<kActivation, 0, 2>(steps, lane)) {
            return false;
        }
    }
    return true;
}

template <class Scalar>
bool take_steps(const LaneSteps<Scalar>& steps) {
    switch (steps.num_layers) {
        case 1: return take_steps_of_layers<Activation::tanh, 1>(steps);
        case 2: return take_steps_of_layers<Activation::tanh, 2>(steps);
        case 3: return take_steps_of_layers<Activation::tanh, 3>(steps);
        case 4: return take_steps_of_layers<Activation::tanh, 4>(steps);
        default: return take_steps_of_layers<Activation::tanh, 0>(steps);
    }
}

}  // namespace
}  // namespace skein::internal::kernels

#endif
