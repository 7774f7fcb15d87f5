#include "skein/schedule.hpp"

#include "kernels/floating_point_environment.hpp"
#include "power.hpp"
#include "skein/elementary.hpp"

namespace skein {

double Schedule::factor(std::uint64_t step) const {
    const FloatingPointEnvironment environment;
    if (step < warm_up_steps) {
        return static_cast<double>(step + 1) / static_cast<double>(warm_up_steps);
    }
    const std::uint64_t after = step - warm_up_steps;
    switch (kind) {
        case Kind::constant: return 1.0;
        case Kind::step: return every_steps == 0 ? 1.0 : power(decay, after / every_steps);
        case Kind::cosine: {
            if (step >= total_steps) {
                return final_factor;
            }
            const double progress = static_cast<double>(after) / static_cast<double>(total_steps - warm_up_steps);
            return final_factor + (1.0 - final_factor) * (1.0 + cos_two_pi(progress / 2.0)) / 2.0;
        }
        case Kind::inverse_time: return 1.0 / (1.0 + decay * static_cast<double>(after));
    }
    return 1.0;
}

}  // namespace skein
