// The rows of a summary on standard output.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace skein::app {

/// Lines of a name and a value. The values start in one column; a longer name pushes its value two spaces to its right.
class SummaryTable {
public:
    /// Values start at `column` after `indent` spaces.
    explicit SummaryTable(std::size_t column = 18, std::size_t indent = 2) : column_(column), indent_(indent) {}

    /// An empty name continues the row before.
    void add(std::string_view name, std::string_view value);

    const std::string& text() const noexcept { return text_; }

private:
    std::size_t column_;
    std::size_t indent_;
    std::string text_;
};

}  // namespace skein::app
