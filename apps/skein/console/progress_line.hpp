// The line on the terminal that shows how far the work is.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace skein::app {

/// Rewrites one line on standard error at most five times a second; the destructor clears it. Writes nothing if
/// standard error is no terminal, or with `quiet`.
class ProgressLine {
public:
    explicit ProgressLine(bool quiet);
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;
    ~ProgressLine();

    /// Shows the parts that `make_parts()` returns, if a new line is due. Cheap otherwise.
    template <class MakeParts>
    void update(const MakeParts& make_parts) {
        if (is_due()) {
            show(make_parts());
        }
    }

    /// Shows the first parts, as many as fit on the terminal, two spaces apart.
    void show(const std::vector<std::string>& parts);

    /// Since the line was made.
    double seconds() const;

private:
    using Clock = std::chrono::steady_clock;
    bool is_due();

    bool is_shown_;
    bool has_line_ = false;
    Clock::time_point start_ = Clock::now();
    Clock::time_point last_ = start_;
};

/// "43 %" of the work is done.
std::string percent_done(double fraction);

/// "3.4 s left", if the rest goes as fast as the first `fraction` (> 0) did in `seconds`.
std::string time_left(double seconds, double fraction);

}  // namespace skein::app
