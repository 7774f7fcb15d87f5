// The options of `skein train`.
#pragma once

#include "skein/configuration.hpp"

namespace skein::app {

extern const Command kTrainCommand;

/// Throws BadInput where the command line gives an option that has no effect beside the others.
void require_effect(const Configuration& configuration);

}  // namespace skein::app
