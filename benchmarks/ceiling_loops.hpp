// The boundary between the ceiling and its loops, one per instruction set (ceiling_loop.cpp).
#pragma once

#include <cstddef>

namespace skein::benchmarks {

struct CeilingLoops {
    const char* instruction_set;
    float (*run_float)(std::size_t num_rounds);
    double (*run_double)(std::size_t num_rounds);
    std::size_t bytes_per_round;  // of numbers that a round takes through a layer
};

}  // namespace skein::benchmarks
