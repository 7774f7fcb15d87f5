#include "skein/ensemble_outcome.hpp"

#include <algorithm>

namespace skein {

bool is_stopped(const EnsembleOutcome& outcome) noexcept { return num_finished(outcome) != outcome.cause.size(); }

std::size_t num_finished(const EnsembleOutcome& outcome) noexcept {
    const auto first_stopped = std::ranges::find(outcome.cause, Cause::stop_request);
    return static_cast<std::size_t>(first_stopped - outcome.cause.begin());
}

}  // namespace skein
