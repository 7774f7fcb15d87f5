#include "skein/schedule.hpp"

#include "base/floating_point_environment.hpp"
#include "base/power.hpp"
#include "skein/elementary.hpp"

namespace skein {

using namespace internal;

namespace {

double unscaled_factor(const Schedule& schedule, std::uint64_t step) {
    if (step < schedule.warm_up_steps) {
        return static_cast<double>(step + 1) / static_cast<double>(schedule.warm_up_steps);
    }
    const std::uint64_t after = step - schedule.warm_up_steps;
    switch (schedule.kind) {
        case Schedule::Kind::constant: return 1.0;
        case Schedule::Kind::step:
            return schedule.every_steps == 0 ? 1.0 : power(schedule.decay, after / schedule.every_steps);
        case Schedule::Kind::cosine: {
            if (step >= schedule.total_steps) {
                return schedule.final_factor;
            }
            const double progress =
                static_cast<double>(after) / static_cast<double>(schedule.total_steps - schedule.warm_up_steps);
            return schedule.final_factor +
                   (1.0 - schedule.final_factor) * (1.0 + elementary::cos_two_pi(progress / 2.0)) / 2.0;
        }
        case Schedule::Kind::inverse_time: return 1.0 / (1.0 + schedule.decay * static_cast<double>(after));
    }
    return 1.0;
}

}  // namespace

double Schedule::factor(std::uint64_t step) const {
    const FloatingPointEnvironment environment;
    return scale * unscaled_factor(*this, step);
}

}  // namespace skein
