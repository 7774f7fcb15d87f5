#include "skein/option_row.hpp"

#include <stdexcept>

#include "base/text.hpp"

namespace skein {

using namespace internal;

namespace {

/// "--optimizer momentum or nesterov": the values with which an option acts.
std::string acting_values(const OptionEffect& effect) {
    std::string text;
    for (std::size_t value = 0; value < effect.values.size(); ++value) {
        if (effect.acts(value)) {
            text += text.empty() ? to_text("--", effect.needs, ' ', effect.values[value])
                                 : to_text(" or ", effect.values[value]);
        }
    }
    return text;
}

}  // namespace

void require_effect(const Option& option, const OptionEffect& effect, const Configuration& configuration) {
    if (!configuration.is_on_command_line(option.name)) {
        return;
    }
    const auto value = configuration.word<std::size_t>(effect.needs, effect.values);
    if (!effect.acts(value)) {
        throw std::invalid_argument(to_text("--", option.name, " has no effect with --", effect.needs, ' ',
                                            effect.values[value], ": expected ", acting_values(effect)));
    }
}

}  // namespace skein
