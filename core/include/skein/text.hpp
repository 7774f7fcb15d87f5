/// Text for messages and files, whatever the locale.
#pragma once

#include <string>
#include <string_view>

namespace skein {

/// The fewest decimals that read back to the same bits: "0.1", "1e-10", "inf", "nan".
[[nodiscard]] std::string shortest(float value);
[[nodiscard]] std::string shortest(double value);

/// `text` in one line: each control character becomes "\x1b" (its code in hexadecimal).
[[nodiscard]] std::string in_one_line(std::string_view text);

/// Whether `text` ends with `suffix`, whose letters are small ones: "data.CSV" ends with ".csv".
[[nodiscard]] bool ends_in(std::string_view text, std::string_view suffix) noexcept;

}  // namespace skein
