/// The Python dictionary in the header of a .npy file.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace skein::internal::files {

struct NpyDictionary {
    std::string descr;  // such as "<f8"; of a structured type the whole list, "[('x', '<f8'), ('y', '<f8')]"
    bool fortran_order = false;
    std::vector<std::size_t> shape;
};

/// Parses "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }". The keys may come in any order, as the format
/// demands of a reader. Throws FileError about `path` for anything else.
NpyDictionary parse_npy_dictionary(const std::filesystem::path& path, std::string_view text);

}  // namespace skein::internal::files
