#include "skein/option_row.hpp"

#include <stdexcept>

#include "base/text.hpp"
#include "skein/names.hpp"

namespace skein {

using namespace internal;

namespace {

/// "momentum, nesterov or rmsprop": the values with which an option acts.
std::string acting_values(const OptionEffect& effect) {
    std::vector<std::string_view> values;
    for (std::size_t value = 0; value < effect.values.size(); ++value) {
        if (effect.acts(value)) {
            values.push_back(effect.values[value]);
        }
    }
    return joined_words(values);
}

}  // namespace

void require_effect(const Option& option, const OptionEffect& effect, const Configuration& configuration) {
    if (!configuration.must_have_effect(option.name, effect.needs)) {
        return;
    }
    const auto value = configuration.word<std::size_t>(effect.needs, effect.values);
    if (!effect.acts(value)) {
        throw std::invalid_argument(to_text(configuration.where(option.name), " has no effect with --", effect.needs,
                                            ' ', effect.values[value], ": expected --", effect.needs, ' ',
                                            acting_values(effect)));
    }
}

}  // namespace skein
