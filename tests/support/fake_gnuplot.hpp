// A gnuplot that is a shell script of the test.
#pragma once

#include <doctest/doctest.h>
#include <stdlib.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "skein/files/figure.hpp"
#include "support/file_checks.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {

namespace fs = std::filesystem;

/// Puts a shell script named gnuplot, or nothing, on an otherwise empty PATH; "$OUT" in it is the directory.
class FakeGnuplot {
public:
    explicit FakeGnuplot(const std::string& script) : before_(::getenv("PATH")) {
        fs::create_directory(directory_.file("bin"));
        if (!script.empty()) {
            const fs::path path = directory_.file(
                "bin/gnuplot", "#!/bin/sh\nPATH=/usr/bin:/bin\nOUT='" + directory_.path().string() + "'\n" + script);
            fs::permissions(path, fs::perms::owner_all);
        }
        ::setenv("PATH", directory_.file("bin").c_str(), 1);
    }
    FakeGnuplot(const FakeGnuplot&) = delete;
    FakeGnuplot& operator=(const FakeGnuplot&) = delete;
    ~FakeGnuplot() { ::setenv("PATH", before_.c_str(), 1); }

    /// The error of drawing `figure`, from behind the file's name.
    template <class Figure>
    std::string error(const Figure& figure) const {
        const fs::path path = directory_.file("a.png");
        const std::string text = file_error_of([&] { draw(path, figure); });
        return text.starts_with(path.string()) ? text.substr(path.string().size() + 2) : text;
    }

    /// What gnuplot is given to draw `figure`.
    std::string script(const LineFigure& figure) const {
        CHECK(error(figure) == "no error");
        return content_of(directory_.file("script"));
    }

    const TemporaryDirectory& directory() const { return directory_; }

private:
    TemporaryDirectory directory_;
    std::string before_;
};

inline const std::string kKeepScript = "cat > \"$OUT/script\"; printf '\\211PNG\\r\\n\\032\\n'\n";

inline LineFigure figure_of(std::vector<Curve> curves, bool log_y = false) {
    return {"title", "x", "y", log_y, std::move(curves)};
}

inline std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++found;
    return found;
}

}  // namespace skein::test
