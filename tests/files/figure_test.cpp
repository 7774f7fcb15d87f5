#include "skein/files/figure.hpp"

#include <doctest/doctest.h>
#include <png.h>
#include <stdlib.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/file_checks.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {
namespace {

namespace fs = std::filesystem;
using namespace std::literals;

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
        const std::string text = error_of([&] { draw(path, figure); });
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

const std::string kKeepScript = "cat > \"$OUT/script\"; printf '\\211PNG\\r\\n\\032\\n'\n";

LineFigure figure_of(std::vector<Curve> curves, bool log_y = false) {
    return {"title", "x", "y", log_y, std::move(curves)};
}

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++found;
    return found;
}

TEST_CASE("files: without gnuplot there is no figure") {
    const FakeGnuplot none("");
    CHECK_FALSE(can_draw_figures());
    CHECK(none.error(figure_of({})) == "cannot be drawn: no gnuplot on the PATH (Debian: gnuplot-nox)");
    CHECK(none.directory().num_entries() == 1);
}

TEST_CASE("files: a gnuplot that fails") {
    const FakeGnuplot failing("printf '\\n\\n  line 3:\\tbad \\n thing\\n' >&2; exit 1\n");
    CHECK(can_draw_figures());
    CHECK(failing.error(figure_of({})) == "cannot be drawn: gnuplot says: line 3: bad thing");
    CHECK(failing.directory().num_entries() == 1);
    CHECK(FakeGnuplot("echo text; exit 0\n").error(figure_of({})) == "cannot be drawn: gnuplot gave no reason");
    CHECK(FakeGnuplot(kKeepScript + "echo bad >&2; exit 1\n").error(figure_of({})) ==
          "cannot be drawn: gnuplot says: bad");
    CHECK(FakeGnuplot("kill -9 $$\n").error(figure_of({})) == "cannot be drawn: gnuplot gave no reason");
}

TEST_CASE("files: a gnuplot that reads nothing, or writes much, blocks and kills nobody") {
    const Curve curve{"long", std::vector<double>(9000, 1.5), std::vector<double>(9000, 2.5)};
    CHECK(FakeGnuplot("exit 3\n").error(figure_of({curve})) == "cannot be drawn: gnuplot gave no reason");
    const FakeGnuplot talkative("head -c 1000000 /dev/zero | tr '\\0' 'e' >&2; exit 1\n");
    CHECK(talkative.error(figure_of({curve})) == "cannot be drawn: gnuplot says: " + std::string(300, 'e'));
}

TEST_CASE("files: a figure whose curves are no curves") {
    CHECK_THROWS_WITH_AS(draw("a.png", figure_of({{"c", {1, 2}, {1}}})),
                         "draw: curve 'c' has 2 x and 1 y: expected as many of both", std::invalid_argument);
}

TEST_CASE("files: what gnuplot is told") {
    const FakeGnuplot gnuplot(kKeepScript);
    const double nan = std::nan("");
    SUBCASE("values to the bit, and gaps") {
        const std::string script =
            gnuplot.script(figure_of({{"c", {0, 1, 2, 3, nan, 5, 6}, {0.1, 5e-324, nan, INFINITY, 1, -2, 3}}}));
        CHECK(script.find("$curve0 << SKEIN_END\n0 0.1\n1 5e-324\n\n5 -2\n6 3\n\nSKEIN_END\n") != script.npos);
        CHECK(script.find("logscale") == script.npos);
        CHECK(script.ends_with("plot $curve0 using 1:2 with linespoints linetype 1 notitle\n"));
    }
    SUBCASE("an axis on the right, with a range of its own") {
        LineFigure figure = figure_of({{"a", {0, 1}, {1, 2}}, {"b", {0, 1}, {-5, -5}, true}}, true);
        figure.right_label = "other";
        const std::string script = gnuplot.script(figure);
        CHECK(script.find("set y2label \"other\" noenhanced\n") != script.npos);
        CHECK(script.find("set y2range [-5.5:-4.5]\n") != script.npos);
        CHECK(script.find("$curve1 << SKEIN_END\n0 -5\n1 -5\n") != script.npos);  // a linear axis, whatever the left is
        CHECK(script.find("$curve0 using 1:2 with") != script.npos);
        CHECK(script.find("$curve1 using 1:2 axes x1y2 with") != script.npos);
        CHECK(gnuplot.script(figure_of({{"a", {0, 1}, {1, 2}}})).find("y2") == std::string::npos);
    }
    SUBCASE("a logarithmic axis leaves out what has no logarithm") {
        const std::string script = gnuplot.script(figure_of({{"c", {0, 1, 2, 3}, {1, 0, -1, 1e-9}}}, true));
        CHECK(script.find("$curve0 << SKEIN_END\n0 1\n\n3 1e-09\n\nSKEIN_END\n") != script.npos);
        CHECK(script.find("set logscale y\nset yrange [1e-09:1]\nset ytics ('' 1.0000000000010001e-09 1, "
                          "'10^{\u22128}' 1e-08 0, ") != script.npos);
    }
    SUBCASE("a logarithmic axis of two decades has more names, one of less than half is linear") {
        const std::string two = gnuplot.script(figure_of({{"c", {0, 1}, {0.3, 4}}}, true));
        CHECK(two.find("set logscale y\nset yrange [0.2:5]\nset ytics ('0.2' 0.20000000000020002 0, '' 0.3 1, '' 0.4 "
                       "1, '0.5' ") != two.npos);
        const std::string small = gnuplot.script(figure_of({{"c", {0, 1}, {3e-9, 1.1e-8}}}, true));
        CHECK(small.find("set logscale y\nset yrange [2e-09:2e-08]\nset ytics ('2' ") != small.npos);
        CHECK(gnuplot.script(figure_of({{"c", {0, 1}, {0.3, 0.4}}}, true)).find("logscale") == std::string::npos);
    }
    SUBCASE("equal values, and none") {
        const std::string equal = gnuplot.script(figure_of({{"c", {3, 3}, {-2, -2}}}));
        CHECK(equal.find("set xrange [2.7:3.3]\nset yrange [-2.2:-1.8]\n") != equal.npos);
        for (const bool log_y : {false, true}) {
            const std::string none = gnuplot.script(figure_of({{"c", {1}, {nan}}}, log_y));
            CHECK(none.find("set xrange [0:1]\n") != none.npos);
            CHECK(none.ends_with("plot NaN with lines linetype 1 notitle\n"));
            CHECK(gnuplot.script(figure_of({}, log_y)).ends_with("plot NaN notitle\n"));
        }
    }
    SUBCASE("a legend only for several curves, and colours that come again") {
        const std::string script = gnuplot.script(figure_of(std::vector<Curve>(8, {"c", {1, 2}, {1, 2}})));
        CHECK(count(script, " title \"c\"") == 8);
        CHECK(count(script, "with linespoints linetype 1 ") == 2);
    }
    SUBCASE("long curves keep their extremes") {
        Curve curve{"c", std::vector<double>(1'000'000), std::vector<double>(1'000'000, 1.0)};
        for (std::size_t point = 0; point < curve.x.size(); ++point) curve.x[point] = static_cast<double>(point);
        curve.y[123'456] = 7;
        curve.y[765'432] = -7;
        const std::string script = gnuplot.script(figure_of({curve}));
        CHECK(script.size() < 100'000);
        CHECK(script.find("\n123456 7\n") != script.npos);
        CHECK(script.find("\n765432 -7\n") != script.npos);
    }
    SUBCASE("words are only words") {
        LineFigure figure = figure_of({{"a`b", {1}, {1}}, {"\"; system 'x'", {1}, {1}}});
        figure.title = "l\u00fcck\n0.1\\n $(x)";
        const std::string script = gnuplot.script(figure);
        CHECK(script.find("set title \"l\u00fcck \\060\\056\\061\\134n \\044\\050x\\051\" noenhanced\n") !=
              script.npos);
        CHECK(script.find("title \"a\\140b\"") != script.npos);
        CHECK(script.find("title \"\\042\\073 system \\047x\\047\"") != script.npos);
    }
}

TEST_CASE("files: gnuplot draws figures, whatever they are called and hold") {
    if (!can_draw_figures()) {
        MESSAGE("skipped: gnuplot is not installed");
        return;
    }
    const TemporaryDirectory directory;
    const auto draws = [&](const LineFigure& figure) {
        const fs::path path = directory.file("it's \"a\" \\ `touch b` $(touch c)\n.png");
        CHECK(error_of([&] { draw(path, figure); }) == "no error");
        const std::string png = content_of(path);
        CHECK(png.substr(12, 12) == "IHDR\0\0\x03\xe8\0\0\x02\x58"s);  // 1000 x 600
        CHECK(directory.num_entries() == 1);
    };
    const double nan = std::nan("");
    for (const bool log_y : {false, true}) {
        for (const std::vector<double>& y : std::vector<std::vector<double>>{{1, 1, 1},
                                                                             {0, 0, 0},
                                                                             {nan, nan, nan},
                                                                             {1, nan, 1e-5},
                                                                             {1e300, -1e300, 1e308},
                                                                             {5e-324, 1e-310, 1e-300},
                                                                             {1, 1 + 1e-16, 1 + 5e-16},
                                                                             {1, 1 + 1e-9, 1 + 1e-8},
                                                                             {1e-300, 1, 1e300},
                                                                             {1, INFINITY, -INFINITY}}) {
            draws(figure_of({{"c", {1, 2, 3}, y}, {"d", {1e17, 1e17 + 16, 1e17 + 32}, y}}, log_y));
            draws(figure_of({{"c", {1, 2, 3}, y}}, log_y));
        }
        draws(figure_of({}, log_y));
    }
    LineFigure figure = figure_of({{"`touch a`", {1, 2}, {1, 2}}, {"@b {x}^_\\", {1, 2}, {2, 1}}});
    figure.title = figure.x_label = figure.y_label = "`touch a` \"' \\ \n {x}^2 \xff @a $a %d";
    draws(figure);
}

MapFigure map_of(std::size_t width, std::size_t height) {
    MapFigure figure{"title", "x", "y", 1e-3, 1e3, true, -1, 1, false, {width, height, {}}, {}};
    for (std::size_t pixel = 0; pixel < width * height; ++pixel) {
        figure.picture.pixels.push_back({std::uint8_t(pixel), std::uint8_t(pixel >> 8), 200});
    }
    return figure;
}

TEST_CASE("files: what gnuplot is told of a map") {
    const FakeGnuplot gnuplot(kKeepScript);
    MapFigure figure = map_of(2, 2);
    figure.colour_bar = {{{1, 2, 3}, {4, 5, 6}}, {{0.5, "mid`dle"}}, "b"};
    CHECK(gnuplot.error(figure).starts_with("cannot be drawn: libpng says: "));
    CHECK(gnuplot.directory().num_entries() == 2);  // bin, and the script: no picture
    const std::string script = content_of(gnuplot.directory().file("script"));
    CHECK(script.find(
              "set logscale x\nset xrange [0.001:1000]\nset xtics ('10^{\u22123}' 0.001000000000001 0, '' 0.002 1, ") !=
          script.npos);
    CHECK(script.find("set yrange [0:1]\nset ytics ('\u22121.0' 0 0, '\u22120.5' 0.25 0, '0' 0.5 0, ") != script.npos);
    CHECK(script.find("set ylabel \"y\" noenhanced\n") != script.npos);
    CHECK(script.find(" nohead linetype 1\nset label \"mid\\140dle\" at screen ") != script.npos);
    CHECK(script.find("set label \"b\" at screen ") != script.npos);
    figure.has_y_tics = false;
    CHECK(gnuplot.error(figure).starts_with("cannot be drawn: libpng says: "));
    const std::string flat = content_of(gnuplot.directory().file("script"));
    CHECK(flat.find("set yrange [0:1]\nunset ytics\n") != flat.npos);
    CHECK(flat.find("set ytics (") == flat.npos);
    CHECK(FakeGnuplot("").error(figure) == "cannot be drawn: no gnuplot on the PATH (Debian: gnuplot-nox)");
    CHECK(FakeGnuplot("echo bad >&2; exit 1\n").error(figure) == "cannot be drawn: gnuplot says: bad");
}

TEST_CASE("files: a map that is none") {
    const auto refuses = [](const MapFigure& figure, const char* expected) {
        CHECK_THROWS_WITH_AS(draw("a.png", figure), expected, std::invalid_argument);
    };
    MapFigure figure = map_of(2, 2);
    figure.picture.height = 3;
    refuses(figure, "draw: a picture of 2 x 3 has 4 pixels: expected width x height, each from 1 to 16384");
    refuses({}, "draw: a picture of 0 x 0 has 0 pixels: expected width x height, each from 1 to 16384");
    figure = map_of(2, 2);
    figure.x_from = 0;
    refuses(figure, "draw: the x axis goes from 0 to 1000: expected a larger number than the first, which is positive");
    figure.x_from = 1e-3;
    figure.x_to = 1e301;
    refuses(figure, "draw: the x axis goes from 0.001 to 1e+301: expected bounds of a size from 1e-300 to 1e300");
    figure = map_of(2, 2);
    for (const double y_to : {-1.0, -2.0, double{INFINITY}, std::nan(""), 1e301}) {
        figure.y_to = y_to;
        CHECK_THROWS_AS(draw("a.png", figure), std::invalid_argument);
    }
    figure = map_of(2, 2);
    figure.colour_bar.ticks = {{1.5, "t"}};
    refuses(figure, "draw: a tick of the colour bar is at 1.5: expected 0 to 1");
}

/// The pixels of a PNG, row 0 at the bottom.
Picture decode(const fs::path& path) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    REQUIRE(png_image_begin_read_from_file(&image, path.c_str()) != 0);
    Picture picture{image.width, image.height, std::vector<Rgb>(std::size_t{image.width} * image.height)};
    const auto upwards = -static_cast<png_int_32>(3 * image.width);
    REQUIRE(png_image_finish_read(&image, nullptr, picture.pixels.data(), upwards, nullptr) != 0);
    return picture;
}

/// The number of places, left bottom corner first, at which `picture` is drawn with blocks of this size.
std::size_t count_drawn(const Picture& figure, const Picture& picture, std::size_t block_width,
                        std::size_t block_height) {
    const auto is_drawn_at = [&](std::size_t left, std::size_t bottom) {
        for (std::size_t row = 0; row < picture.height * block_height; ++row) {
            for (std::size_t column = 0; column < picture.width * block_width; ++column) {
                if (figure.pixels[(bottom + row) * figure.width + left + column] !=
                    picture.pixels[row / block_height * picture.width + column / block_width]) {
                    return false;
                }
            }
        }
        return true;
    };
    std::size_t found = 0;
    for (std::size_t bottom = 0; bottom + picture.height * block_height <= figure.height; ++bottom) {
        for (std::size_t left = 0; left + picture.width * block_width <= figure.width; ++left) {
            found += is_drawn_at(left, bottom) ? 1 : 0;
        }
    }
    return found;
}

TEST_CASE("files: gnuplot draws maps, each pixel of the picture as it is") {
    if (!can_draw_figures()) {
        MESSAGE("skipped: gnuplot is not installed");
        return;
    }
    const TemporaryDirectory directory;
    const fs::path path = directory.file("it's \"a\" `touch b`.png", "old");
    const auto drawn = [&](const MapFigure& figure) {
        CHECK(error_of([&] { draw(path, figure); }) == "no error");
        CHECK(directory.num_entries() == 1);
        return decode(path);
    };
    const MapFigure plain = map_of(30, 20);
    CHECK(count_drawn(drawn(plain), plain.picture, 26, 26) == 1);
    const MapFigure large = map_of(1100, 900);
    CHECK(count_drawn(drawn(large), large.picture, 1, 1) == 1);
    const MapFigure flat = map_of(500, 1);
    CHECK(count_drawn(drawn(flat), flat.picture, 1, 200) == 1);
    const MapFigure single = map_of(1, 1);
    CHECK(count_drawn(drawn(single), single.picture, 800, 800) == 1);

    MapFigure figure = map_of(3, 3);
    figure.title = figure.x_label = figure.y_label = figure.colour_bar.label =
        "`touch a` \"' \\ \n {x}^2 \xff @a $a %d";
    figure.colour_bar.colours = {{9, 9, 9}, {8, 8, 8}};
    figure.colour_bar.ticks = {{0, figure.title}, {1, ""}, {0.5, "middle"}};
    for (const auto& [from, to] : std::vector<std::pair<double, double>>{{1, 1 + 1e-12},
                                                                         {0.1, std::nextafter(0.1, 1.0)},
                                                                         {1e-300, 1e300},
                                                                         {1e-300, 3e-300},
                                                                         {5, 6},
                                                                         {0.9e300, 1e300}}) {
        figure.x_from = figure.y_from = from;
        figure.x_to = figure.y_to = to;
        figure.y_log = true;
        CHECK(count_drawn(drawn(figure), figure.picture, 266, 266) == 1);
    }
}

TEST_CASE("files: a figure whose file cannot be made") {
    if (can_draw_figures()) {
        CHECK(error_of([] { draw("/missing/a.png", map_of(1, 1)); }) ==
              "/missing/a.png: cannot be created: No such file or directory");
    }
    CHECK(error_of([] { draw("/missing/a.png", LineFigure{}); }) ==
          "/missing/a.png: cannot be created: No such file or directory");
}

}  // namespace
}  // namespace skein::test
