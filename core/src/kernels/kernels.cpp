// The one source of all kernels. CMake compiles it once per instruction set, with that set's flags and SKEIN_VARIANT
// its name (core/CMakeLists.txt holds the list); what it exports is one table.
#include "base/floating_point_environment.hpp"
#include "kernels/chain_kernels.hpp"
#include "kernels/lane_kernels.hpp"
#include "kernels/moment_kernels.hpp"
#include "kernels/order_kernels.hpp"
#include "kernels/rectangle_kernels.hpp"
#include "kernels/sample_kernels.hpp"
#include "kernels/update_kernels.hpp"

namespace skein::internal::kernels {
namespace {

template <class Scalar>
void evaluate_entry(ElementaryFunction function, const Scalar* z, Scalar* result, std::size_t count) noexcept {
    const FloatingPointEnvironment environment;
    const auto map = [&](auto row_function) { map_column(z, result, count, row_function); };
    using R = Row<Scalar>;
    switch (function) {
        case ElementaryFunction::tanh: return map([](const R& a) { return tanh(a); });
        case ElementaryFunction::sigmoid: return map([](const R& a) { return sigmoid(a); });
        case ElementaryFunction::softplus: return map([](const R& a) { return softplus(a); });
        case ElementaryFunction::relu: return map([](const R& a) { return relu(a); });
        case ElementaryFunction::exp: return map([](const R& a) { return exp(a); });
        case ElementaryFunction::expm1: return map([](const R& a) { return expm1(a); });
        case ElementaryFunction::log: return map([](const R& a) { return log(a); });
        case ElementaryFunction::log1p: return map([](const R& a) { return log1p(a); });
        case ElementaryFunction::exp10: return map([](const R& a) { return exp10(a); });
        case ElementaryFunction::sin_two_pi:
        case ElementaryFunction::cos_two_pi:
            return map([function](const R& a) {
                R sine, cosine;
                sin_cos_two_pi(a, sine, cosine);
                return function == ElementaryFunction::sin_two_pi ? sine : cosine;
            });
    }
}

template <class Scalar>
void activate_entry(Activation activation, const Scalar* z, Scalar* result, std::size_t count) noexcept {
    const FloatingPointEnvironment environment;
    with_activation(activation, [&]<Activation kActivation>() {
        map_column(z, result, count, [](const Row<Scalar>& a) { return activate_row<kActivation>(a); });
    });
}

template <class Scalar>
void slope_entry(Activation activation, const Scalar* activations, Scalar* result, std::size_t count) noexcept {
    const FloatingPointEnvironment environment;
    with_activation(activation, [&]<Activation kActivation>() {
        map_column(activations, result, count, [](const Row<Scalar>& f) { return slope_row<kActivation>(f); });
    });
}

template <class Scalar>
void forward_entry(ChainView<Scalar> chain, const Scalar* inputs, Scalar* outputs, std::size_t num_lanes) noexcept {
    const FloatingPointEnvironment environment;
    forward(chain, inputs, outputs, num_lanes);
}

template <class Scalar>
void accumulate_gradient_entry(const GradientTile<Scalar>& tile) noexcept {
    const FloatingPointEnvironment environment;
    accumulate_gradient(tile);
}

template <class Scalar>
void combine_slots_entry(const Scalar* slot_sums, std::size_t num_sums, double* sums) noexcept {
    const FloatingPointEnvironment environment;
    combine_slots(slot_sums, num_sums, sums);
}

template <class Scalar>
void update_entry(const UpdateColumns<Scalar>& columns) noexcept {
    const FloatingPointEnvironment environment;
    update(columns);
}

template <class Scalar>
void accumulate_lanes_entry(const LaneTile<Scalar>& tile, const LaneSample<Scalar>& sample) noexcept {
    const FloatingPointEnvironment environment;
    accumulate_lanes(tile, sample);
}

template <class Scalar>
bool update_lanes_entry(const LaneUpdate<Scalar>& update) noexcept {
    const FloatingPointEnvironment environment;
    return update_lanes(update);
}

template <class Scalar>
bool step_lanes_entry(const LaneTile<Scalar>& tile, const LaneSample<Scalar>& sample,
                      const LaneUpdate<Scalar>& update) noexcept {
    const FloatingPointEnvironment environment;
    return step_lanes(tile, sample, update);
}

template <class Scalar>
void record_losses_entry(const LossColumns<Scalar>& columns) noexcept {
    const FloatingPointEnvironment environment;
    record_losses(columns);
}

template <class Scalar>
void generate_entry(const SampleFormula<Scalar>& formula, const std::uint64_t* indices, std::size_t count, Scalar* x,
                    Scalar* y) noexcept {
    const FloatingPointEnvironment environment;
    generate(formula, indices, count, x, y);
}

template <class Scalar>
void transform_entry(const std::uint32_t* blocks, std::size_t count, Scalar* uniforms, Scalar* normals) noexcept {
    const FloatingPointEnvironment environment;
    transform(blocks, count, uniforms, normals);
}

void permute_entry(const FeistelNetwork& network, std::uint64_t* positions, std::size_t count) noexcept {
    permute(network, positions, count);
}

void make_lane_keys_entry(const LaneNetworks& networks, const std::uint64_t* seeds, std::uint64_t epoch) noexcept {
    make_lane_keys(networks, seeds, epoch);
}

void permute_in_lanes_entry(const LaneNetworks& networks, std::uint64_t position, std::uint64_t* indices) noexcept {
    permute_in_lanes(networks, position, indices);
}

void draw_in_lanes_entry(const std::uint64_t* seeds, std::size_t num_lanes, std::uint64_t index, std::uint64_t bound,
                         std::uint64_t* indices) noexcept {
    draw_in_lanes(seeds, num_lanes, index, bound, indices);
}

void sum_moments_entry(const PanelSamples& samples, double centre, std::size_t num_nodes, double* slot_sums) noexcept {
    const FloatingPointEnvironment environment;
    sum_moments(samples, centre, num_nodes, slot_sums);
}

void sum_squares_entry(const PanelSamples& samples, const double* fit, std::size_t num_coefficients,
                       double* slot_sums) noexcept {
    const FloatingPointEnvironment environment;
    sum_squares(samples, fit, num_coefficients, slot_sums);
}

void make_gram_entry(const double* moments, const double* coefficients, std::size_t num_nodes, double* gram) noexcept {
    const FloatingPointEnvironment environment;
    make_gram(moments, coefficients, num_nodes, gram);
}

void accumulate_moments_entry(const MomentTile& tile) noexcept {
    const FloatingPointEnvironment environment;
    accumulate_moments(tile);
}

void bound_rectangles_entry(const RectangleTile& tile) noexcept {
    const FloatingPointEnvironment environment;
    bound_rectangles(tile);
}

template <class Scalar>
constexpr Kernels<Scalar> kEntries{
    evaluate_entry<Scalar>,
    activate_entry<Scalar>,
    slope_entry<Scalar>,
    forward_entry<Scalar>,
    accumulate_gradient_entry<Scalar>,
    combine_slots_entry<Scalar>,
    update_entry<Scalar>,
    accumulate_lanes_entry<Scalar>,
    update_lanes_entry<Scalar>,
    step_lanes_entry<Scalar>,
    record_losses_entry<Scalar>,
    generate_entry<Scalar>,
    transform_entry<Scalar>,
};

}  // namespace

#define SKEIN_TABLE_(variant) kernel_table_##variant
#define SKEIN_TABLE(variant) SKEIN_TABLE_(variant)
#define SKEIN_TEXT_(variant) #variant
#define SKEIN_TEXT(variant) SKEIN_TEXT_(variant)
extern const KernelTable SKEIN_TABLE(SKEIN_VARIANT);
const KernelTable SKEIN_TABLE(SKEIN_VARIANT){
    SKEIN_TEXT(SKEIN_VARIANT), kEntries<float>,        kEntries<double>,         permute_entry,
    make_lane_keys_entry,      permute_in_lanes_entry, draw_in_lanes_entry,      sum_moments_entry,
    sum_squares_entry,         make_gram_entry,        accumulate_moments_entry, bound_rectangles_entry};

}  // namespace skein::internal::kernels
