#include "skein/files/picture.hpp"

#include <doctest/doctest.h>
#include <png.h>
#include <signal.h>
#include <sys/resource.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/file_checks.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {
namespace {

namespace fs = std::filesystem;

/// A PNG as libpng reads it: rows from the top, three bytes per pixel.
struct Decoded {
    std::size_t width = 0;
    std::size_t height = 0;
    std::vector<std::uint8_t> bytes;
};

Decoded decode_bytes(const fs::path& path) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    REQUIRE(png_image_begin_read_from_file(&image, path.c_str()) != 0);
    CHECK(image.format == PNG_FORMAT_RGB);
    Decoded decoded{image.width, image.height, std::vector<std::uint8_t>(PNG_IMAGE_SIZE(image))};
    REQUIRE(png_image_finish_read(&image, nullptr, decoded.bytes.data(), 0, nullptr) != 0);
    return decoded;
}

/// Pixels that differ from all their neighbours.
Picture picture_of(std::size_t width, std::size_t height) {
    Picture picture{width, height, std::vector<Rgb>(width * height)};
    for (std::size_t pixel = 0; pixel < picture.pixels.size(); ++pixel) {
        const std::size_t number = pixel * 2654435761u;
        picture.pixels[pixel] = {std::uint8_t(number), std::uint8_t(number >> 8), std::uint8_t(number >> 16)};
    }
    return picture;
}

TEST_CASE("files: a picture's pixels come back, row 0 at the bottom") {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("a.png", "old");
    for (const auto& [width, height] : std::vector<std::pair<std::size_t, std::size_t>>{
             {1, 1}, {7, 1}, {1, 7}, {13, 5}, {1000, 3}, {257, 300}, {20000, 1}}) {
        const Picture picture = picture_of(width, height);
        write_picture(path, picture);
        const Decoded decoded = decode_bytes(path);
        REQUIRE(decoded.width == width);
        REQUIRE(decoded.height == height);
        bool is_same = true;
        for (std::size_t row = 0; row < height; ++row) {
            for (std::size_t column = 0; column < width; ++column) {
                const std::uint8_t* const found = &decoded.bytes[3 * ((height - 1 - row) * width + column)];
                is_same &= picture.pixels[row * width + column] == Rgb{found[0], found[1], found[2]};
            }
        }
        CHECK(is_same);
    }
    CHECK(directory.num_entries() == 1);
}

TEST_CASE("files: a picture that is none") {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("a.png");
    CHECK_THROWS_WITH_AS(write_picture(path, {2, 3, std::vector<Rgb>(5)}),
                         "a picture of 2 x 3 has 5 pixels: expected width x height, each from 1 to 1000000",
                         std::invalid_argument);
    CHECK_THROWS_AS(write_picture(path, {0, 0, {}}), std::invalid_argument);
    CHECK_THROWS_AS(write_picture(path, {1'000'001, 1, std::vector<Rgb>(1'000'001)}), std::invalid_argument);
    CHECK_THROWS_AS(write_picture(path, {std::size_t{1} << 63, 2, {}}), std::invalid_argument);
    CHECK_NOTHROW(write_picture(path, {1'000'000, 1, std::vector<Rgb>(1'000'000)}));
    CHECK(decode_bytes(path).width == 1'000'000);
}

TEST_CASE("files: a picture that cannot be written leaves the old file and no other") {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("a.png", "old");
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const auto handler = ::signal(SIGXFSZ, SIG_IGN);
    for (const std::size_t height : {std::size_t{1}, std::size_t{300}}) {  // fails at the end, and in the middle
        const rlimit small{100, before.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
        const std::string error = file_error_of([&] { write_picture(path, picture_of(300, height)); });
        ::setrlimit(RLIMIT_FSIZE, &before);
        CHECK(error == path.string() + ": cannot be written: File too large");
        CHECK(content_of(path) == "old");
        CHECK(directory.num_entries() == 1);
    }
    ::signal(SIGXFSZ, handler);
    CHECK(file_error_of([] { write_picture("/missing/a.png", picture_of(1, 1)); }) ==
          "/missing/a.png: cannot be created: No such file or directory");
}

}  // namespace
}  // namespace skein::test
