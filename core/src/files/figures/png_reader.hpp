/// Reads the PNG pictures of gnuplot.
#pragma once

#include <filesystem>

#include "files/io/output_file.hpp"
#include "skein/files/picture.hpp"

namespace skein::internal::files {

/// The PNG in `file`; transparent parts become white. Throws FileError about `target` if it holds no PNG.
Picture read_png(const std::filesystem::path& target, const OutputFile& file);

}  // namespace skein::internal::files
