#include "ceiling.hpp"

#include <cstddef>
#include <stdexcept>
#include <string_view>

#include "ceiling_loops.hpp"
#include "skein/instruction_set.hpp"

namespace skein::benchmarks {

#define SKEIN_KERNEL_VARIANT(variant) extern const CeilingLoops ceiling_loops_##variant;
#include "kernel_variants.def"
#undef SKEIN_KERNEL_VARIANT

namespace {

const CeilingLoops& ceiling_loops() {
    for (const CeilingLoops* loops : {
#define SKEIN_KERNEL_VARIANT(variant) &ceiling_loops_##variant,
#include "kernel_variants.def"
#undef SKEIN_KERNEL_VARIANT
         }) {
        if (loops->instruction_set == instruction_set()) {
            return *loops;
        }
    }
    throw std::logic_error("no ceiling's loop for the instruction set in use");
}

template <class Scalar>
void run(const CeilingLoops& loops, std::size_t num_rounds) {
    if constexpr (sizeof(Scalar) == sizeof(float)) {
        benchmark::DoNotOptimize(loops.run_float(num_rounds));
    } else {
        benchmark::DoNotOptimize(loops.run_double(num_rounds));
    }
}

}  // namespace

template <class Scalar>
double run_ceiling_loop(std::size_t num_rounds, int num_threads) {
    const CeilingLoops& loops = ceiling_loops();
    if (num_threads == 1) {  // as skein does, without a parallel region
        run<Scalar>(loops, num_rounds);
    } else {
#pragma omp parallel num_threads(num_threads)
        run<Scalar>(loops, num_rounds);
    }
    return static_cast<double>(num_rounds * (loops.bytes_per_round / sizeof(Scalar))) * num_threads;
}
template double run_ceiling_loop<float>(std::size_t, int);
template double run_ceiling_loop<double>(std::size_t, int);

}  // namespace skein::benchmarks
