#include "skein/optimizer.hpp"

#include <algorithm>

namespace skein {

std::vector<std::string_view> optimizers_using(std::string_view setting) {
    const auto parameter = std::ranges::find(kOptimizerParameters, setting, &OptimizerParameter::name);
    std::vector<std::string_view> names;
    for (const OptimizerTraits& traits : kOptimizerTraits) {
        if ((setting == "momentum" && traits.uses_momentum) ||
            (parameter != std::end(kOptimizerParameters) && traits.uses(parameter->value))) {
            names.push_back(traits.name);
        }
    }
    return names;
}

}  // namespace skein
