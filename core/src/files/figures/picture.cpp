#include "skein/files/picture.hpp"

#include <png.h>

#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "files/io/file_error.hpp"
#include "files/io/output_file.hpp"
#include "files/io/stream.hpp"

namespace skein {

using namespace internal;

namespace {

namespace fs = std::filesystem;

static_assert(sizeof(Rgb) == 3, "libpng reads the pixels as they are");

/// libpng's own limit.
constexpr std::size_t kMaxExtent = 1'000'000;

}  // namespace

void write_picture(const fs::path& path, const Picture& picture) {
    const auto is_extent = [](std::size_t extent) { return extent >= 1 && extent <= kMaxExtent; };
    if (!is_extent(picture.width) || !is_extent(picture.height) ||
        picture.pixels.size() != picture.width * picture.height) {
        throw std::invalid_argument(to_text("a picture of ", picture.width, " x ", picture.height, " has ",
                                            picture.pixels.size(), " pixels: expected width x height, each from 1 to ",
                                            kMaxExtent));
    }
    files::OutputFile file(path);
    const files::Stream stream = files::open_stream(path, file.descriptor(), "wb");
    // libpng's simplified interface handles its own long jumps and frees its memory.
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(picture.width);
    image.height = static_cast<png_uint_32>(picture.height);
    image.format = PNG_FORMAT_RGB;
    // No filters, which suit photographs, and less search for repetitions: a map of a million chains takes 18 ms and
    // 290 kB, where it took 65 ms and 430 kB.
    image.flags = PNG_IMAGE_FLAG_FAST;
    const auto upwards = -static_cast<png_int_32>(sizeof(Rgb) * picture.width);  // bytes from a row to the one below it
    const int is_written = png_image_write_to_stdio(&image, stream.get(), 0, picture.pixels.data(), upwards, nullptr);
    if (std::ferror(stream.get()) != 0 || (is_written != 0 && std::fflush(stream.get()) != 0)) {
        files::fail_system(path, "cannot be written", errno);
    }
    if (is_written == 0) files::fail(path, "cannot be written: libpng says: ", std::string_view(image.message));
    file.publish();
}

}  // namespace skein
