#include "skein/option_value.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "base/text.hpp"
#include "skein/names.hpp"
#include "skein/numbers.hpp"

namespace skein {

using namespace internal;

namespace internal {

bool is_any_number(double) noexcept { return true; }
bool is_positive(double value) noexcept { return value > 0; }
bool is_not_negative(double value) noexcept { return value >= 0; }
bool is_from_zero_to_one(double value) noexcept { return value >= 0 && value <= 1; }
bool is_less_than_one(double value) noexcept { return value >= 0 && value < 1; }

}  // namespace internal

OptionValue::OptionValue(std::string_view name, std::string text, std::string where, char separator)
    : name_(name), text_(std::move(text)), where_(std::move(where)), separator_(separator) {}

std::uint64_t OptionValue::count(const CountRange& range) const {
    const std::optional<std::uint64_t> value = parse_count(text_);
    if (!value) {
        fail(count_fault(text_, range.min, range.max));
    }
    if (*value < range.min) {
        fail(to_text(text_, " is out of range: expected at least ", range.min));
    }
    if (*value > range.max) {
        fail(to_text(text_, " is out of range: expected at most ", range.max));
    }
    return *value;
}

template <class Scalar>
Scalar OptionValue::number_of(const std::string& text, const NumberCheck& check) const {
    const std::optional<Scalar> value = parse_number<Scalar>(text);
    if (!value) {
        fail(number_fault<Scalar>(text));
    }
    if (!check.holds(static_cast<double>(*value))) {
        fail(to_text(text, " is out of range: expected ", check.expected));
    }
    return *value;
}

template <class Scalar>
Scalar OptionValue::number(const NumberCheck& check) const {
    return number_of<Scalar>(text_, check);
}
template float OptionValue::number(const NumberCheck&) const;
template double OptionValue::number(const NumberCheck&) const;

template <class Scalar>
std::vector<Scalar> OptionValue::numbers(const NumberCheck& check) const {
    std::vector<Scalar> values;
    for (const std::string& part : texts()) {
        values.push_back(number_of<Scalar>(part, check));
    }
    return values;
}
template std::vector<float> OptionValue::numbers(const NumberCheck&) const;
template std::vector<double> OptionValue::numbers(const NumberCheck&) const;

std::vector<std::string> OptionValue::texts() const {
    if (text_.empty()) {
        fail("is empty: expected at least one value");
    }
    std::vector<std::string> parts = split(text_, separator_);
    for (std::string& part : parts) {  // "0.5, -1.2" is a list, too
        part.erase(0, part.find_first_not_of(' '));
        part.erase(part.find_last_not_of(' ') + 1);
    }
    return parts;
}

std::size_t OptionValue::word_index(std::string word, std::span<const std::string_view> names,
                                    std::string_view what) const {
    std::ranges::replace(word, '-', '_');
    try {
        return parse_word(what.empty() ? name_ : what, word, names);
    } catch (const std::invalid_argument& error) {
        fail(error.what());
    }
}

void OptionValue::fail(std::string_view message) const { throw std::invalid_argument(to_text(where_, ": ", message)); }

}  // namespace skein
