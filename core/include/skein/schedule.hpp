/// The learning rate as a function of the step.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace skein {

/// The one list of schedules.
#define SKEIN_SCHEDULES(X) X(constant) X(step) X(cosine) X(inverse_time)

/// The learning rate of a step is its base value times factor(step), which is `scale` times the following. Through
/// `warm_up_steps` W it rises linearly, (step + 1) / W; from then on, with s = step - W:
///
///     constant      1
///     step          decay^floor(s / every_steps)
///     cosine        final_factor + (1 - final_factor) (1 + cos(pi s / (total_steps - W))) / 2; final_factor after that
///     inverse_time  1 / (1 + decay s)
struct Schedule {
#define SKEIN_ENUMERATOR(name) name,
    enum class Kind : std::uint8_t { SKEIN_SCHEDULES(SKEIN_ENUMERATOR) };
#undef SKEIN_ENUMERATOR
    Kind kind = Kind::constant;
    std::uint64_t warm_up_steps = 0;
    double decay = 0.1;             ///< of step and inverse_time
    std::uint64_t every_steps = 0;  ///< of step
    std::uint64_t total_steps = 0;  ///< of cosine, warm-up included; 0 stands for the length of the run
    double final_factor = 0.0;      ///< of cosine
    double scale = 1.0;

    /// In [0, scale] for decays in [0, 1]; the same bits on every CPU.
    [[nodiscard]] double factor(std::uint64_t step) const;
};
#define SKEIN_ONE(name) +1
#define SKEIN_NAME(name) #name,
inline constexpr std::array<std::string_view, SKEIN_SCHEDULES(SKEIN_ONE)> kScheduleNames{SKEIN_SCHEDULES(SKEIN_NAME)};
#undef SKEIN_NAME
#undef SKEIN_ONE

}  // namespace skein
