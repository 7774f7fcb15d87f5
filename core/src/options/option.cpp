#include "skein/option.hpp"

namespace skein {

std::vector<std::string_view> names_of(std::span<const Option> options) {
    std::vector<std::string_view> names;
    for (const Option& option : options) {
        names.push_back(option.name);
    }
    return names;
}

std::string help_of(const Option& option) {
    std::string help(option.help);
    const std::size_t place = help.find("{}");
    if (place == std::string::npos) {
        return help;
    }
    std::string list;
    for (const std::string_view& word : option.words) {
        list += &word == &option.words.front() ? "" : &word == &option.words.back() ? " or " : ", ";
        list += word;
    }
    return help.replace(place, 2, list);
}

}  // namespace skein
