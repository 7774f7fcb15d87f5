/// The text of one option, read and checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace skein {

/// What a number must be, with the words that an error says it in.
struct NumberCheck {
    bool (*holds)(double);
    std::string_view expected;
};
namespace internal {
bool is_any_number(double value) noexcept;
bool is_positive(double value) noexcept;
bool is_not_negative(double value) noexcept;
bool is_from_zero_to_one(double value) noexcept;
bool is_less_than_one(double value) noexcept;
}  // namespace internal
inline constexpr NumberCheck kAnyNumber{internal::is_any_number, "a number"};
inline constexpr NumberCheck kPositive{internal::is_positive, "a positive number"};
inline constexpr NumberCheck kNotNegative{internal::is_not_negative, "0 or more"};
inline constexpr NumberCheck kFromZeroToOne{internal::is_from_zero_to_one, "from 0 to 1"};
inline constexpr NumberCheck kLessThanOne{internal::is_less_than_one, "at least 0 and less than 1"};

struct CountRange {
    std::uint64_t min = 0;
    std::uint64_t max = UINT64_MAX;
};

/// The text of an option, or of one key of a data SPEC. Every reader throws std::invalid_argument
/// "where: what was found: what was expected" for a text that does not fit.
class OptionValue {
public:
    /// `where` is what errors call it: "--seed", "run.toml, line 3: seed". `separator` is that of lists.
    OptionValue(std::string_view name, std::string text, std::string where, char separator = ',');

    const std::string& text() const noexcept { return text_; }
    const std::string& where() const noexcept { return where_; }

    [[nodiscard]] bool flag() const { return text_ == "true"; }
    /// A whole number, also as 1e7 or 10_000_000.
    [[nodiscard]] std::uint64_t count(const CountRange& range) const;
    template <class Scalar = double>
    [[nodiscard]] Scalar number(const NumberCheck& check = kAnyNumber) const;
    /// The parts of a list, at least one.
    [[nodiscard]] std::vector<std::string> texts() const;
    template <class Scalar = double>
    [[nodiscard]] std::vector<Scalar> numbers(const NumberCheck& check = kAnyNumber) const;
    /// The enumerator of that name: its position among `names`. '-' stands for '_'. Errors speak of an unknown `what`;
    /// empty: of the option's name.
    template <class Enum>
    [[nodiscard]] Enum word(std::span<const std::string_view> names, std::string_view what = {}) const {
        return static_cast<Enum>(word_index(text_, names, what));
    }
    template <class Enum>
    [[nodiscard]] std::vector<Enum> words(std::span<const std::string_view> names) const {
        std::vector<Enum> found;
        for (const std::string& part : texts()) {
            found.push_back(static_cast<Enum>(word_index(part, names, {})));
        }
        return found;
    }

    /// Throws std::invalid_argument("where: message").
    [[noreturn]] void fail(std::string_view message) const;

private:
    template <class Scalar>
    Scalar number_of(const std::string& text, const NumberCheck& check) const;
    std::size_t word_index(std::string word, std::span<const std::string_view> names, std::string_view what) const;

    std::string name_;
    std::string text_;
    std::string where_;
    char separator_;
};

}  // namespace skein
