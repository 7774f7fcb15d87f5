// The one source of all kernels. CMake compiles it once per instruction set, with that set's flags and SKEIN_VARIANT
// its name (core/CMakeLists.txt holds the list); what it exports is one table.
#include "base/floating_point_environment.hpp"
#include "kernels/chain_kernels.hpp"
#include "kernels/lane_kernels.hpp"
#include "kernels/lane_orders.hpp"
#include "kernels/lane_steps.hpp"
#include "kernels/moment_kernels.hpp"
#include "kernels/order_kernels.hpp"
#include "kernels/rectangle_kernels.hpp"
#include "kernels/sample_kernels.hpp"
#include "kernels/small_steps.hpp"
#include "kernels/update_kernels.hpp"

namespace skein::internal::kernels {
namespace {

/// `kernel` as the table has it: under the floating-point environment that it needs, noexcept.
template <auto kernel>
struct Guarded;
template <class Result, class... Arguments, Result (*kernel)(Arguments...)>
struct Guarded<kernel> {
    static Result call(Arguments... arguments) noexcept {
        const FloatingPointEnvironment environment;
        return kernel(arguments...);
    }
};
template <auto kernel>
constexpr auto guarded = &Guarded<kernel>::call;

// Rows of sixteen numbers one by one do not fit into registers, whatever the order of the loops.
#ifdef SKEIN_LANES_PORTABLE
template <class Scalar>
constexpr decltype(Kernels<Scalar>::take_steps) kTakeSteps = nullptr;
template <class Scalar>
constexpr std::size_t kMaxStepLayers = 0;
#else
template <class Scalar>
constexpr decltype(Kernels<Scalar>::take_steps) kTakeSteps = guarded<take_steps<Scalar>>;
#endif

template <class Scalar>
constexpr Kernels<Scalar> kKernels{
    .evaluate = guarded<evaluate<Scalar>>,
    .activate = guarded<activate<Scalar>>,
    .slope = guarded<slope<Scalar>>,
    .forward = guarded<forward<Scalar>>,
    .accumulate_gradient = guarded<accumulate_gradient<Scalar>>,
    .combine_slots = guarded<combine_slots<Scalar>>,
    .update = guarded<update<Scalar>>,
    .small_steps = guarded<small_steps<Scalar>>,
    .accumulate_lanes = guarded<accumulate_lanes<Scalar>>,
    .update_lanes = guarded<update_lanes<Scalar>>,
    .step_lanes = guarded<step_lanes<Scalar>>,
    .record_losses = guarded<record_losses<Scalar>>,
    .take_steps = kTakeSteps<Scalar>,
    .max_step_layers = kMaxStepLayers<Scalar>,
    .draw_samples = guarded<draw_samples<Scalar>>,
    .generate = guarded<generate<Scalar>>,
    .transform = guarded<transform<Scalar>>,
};

}  // namespace

#define SKEIN_TABLE_(variant) kernel_table_##variant
#define SKEIN_TABLE(variant) SKEIN_TABLE_(variant)
#define SKEIN_TEXT_(variant) #variant
#define SKEIN_TEXT(variant) SKEIN_TEXT_(variant)
extern const KernelTable SKEIN_TABLE(SKEIN_VARIANT);
const KernelTable SKEIN_TABLE(SKEIN_VARIANT){
    .instruction_set = SKEIN_TEXT(SKEIN_VARIANT),
    .of_float = kKernels<float>,
    .of_double = kKernels<double>,
    .map_short = guarded<map_short>,
    .map_long = guarded<map_long>,
    .make_lane_keys = guarded<make_lane_keys>,
    .permute_in_lanes = guarded<permute_in_lanes>,
    .draw_indices = guarded<draw_indices>,
    .sum_moments = guarded<sum_moments>,
    .sum_squares = guarded<sum_squares>,
    .make_gram = guarded<make_gram>,
    .accumulate_moments = guarded<accumulate_moments>,
    .bound_rectangles = guarded<bound_rectangles>,
};

}  // namespace skein::internal::kernels
