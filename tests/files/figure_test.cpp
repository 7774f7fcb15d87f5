#include "skein/files/figure.hpp"

#include <doctest/doctest.h>
#include <png.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/fake_gnuplot.hpp"
#include "support/file_checks.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {
namespace {

using namespace std::literals;

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

TEST_CASE("files: gnuplot draws figures, whatever they are called and hold") {
    if (!can_draw_figures()) {
        MESSAGE("skipped: gnuplot is not installed");
        return;
    }
    const TemporaryDirectory directory;
    const auto draws = [&](const LineFigure& figure) {
        const fs::path path = directory.file("it's \"a\" \\ `touch b` $(touch c)\n.png");
        CHECK(file_error_of([&] { draw(path, figure); }) == "no error");
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
        CHECK(file_error_of([&] { draw(path, figure); }) == "no error");
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
        CHECK(file_error_of([] { draw("/missing/a.png", map_of(1, 1)); }) ==
              "/missing/a.png: cannot be created: No such file or directory");
    }
    CHECK(file_error_of([] { draw("/missing/a.png", LineFigure{}); }) ==
          "/missing/a.png: cannot be created: No such file or directory");
}

}  // namespace
}  // namespace skein::test
