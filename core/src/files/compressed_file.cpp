#include "skein/files/compressed_file.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fnv1a.hpp"
#include "compression/compressed_storage.hpp"
#include "compression/panel_sums.hpp"
#include "files/io/bytes.hpp"
#include "files/io/file_error.hpp"
#include "files/io/input_file.hpp"
#include "files/io/output_file.hpp"

namespace skein {

using namespace internal;

namespace {

// The file, all numbers little-endian, integers of 64 bits:
//     the head below, panel_exponent, num_nodes, number of subtrees;
//     for each subtree: first_segment, level, num_samples, x_min, x_max, number of panels P, panels [P],
//         sums [P x stride];
//     the FNV-1a checksum of all bytes before.
constexpr std::string_view kHead = "skein compressed data set 1\n    ";
static_assert(kHead.size() == 32);
constexpr std::size_t kChecksumBytes = 8;
constexpr std::uint64_t kMostCompressedBytes = std::uint64_t{1} << 36;

/// One flipped bit always changes it: each step of FNV-1a is a bijection.
std::uint64_t checksum(std::string_view bytes) { return Fnv1a().add_text(bytes).hash(); }

MomentSubtree take_subtree(files::ByteReader& bytes, std::size_t stride) {
    MomentSubtree subtree;
    subtree.first_segment = bytes.take<std::uint64_t>();
    subtree.level = static_cast<unsigned>(bytes.take<std::uint64_t>());
    subtree.num_samples = bytes.take<std::uint64_t>();
    subtree.x_min = bytes.take<double>();
    subtree.x_max = bytes.take<double>();
    const std::size_t num_panels = bytes.take_count(8 * (1 + stride));
    subtree.panels.resize(num_panels);
    bytes.take(std::span(subtree.panels));
    subtree.sums.resize(num_panels * stride);
    bytes.take(std::span(subtree.sums));
    return subtree;
}

}  // namespace

void write_compressed(const std::filesystem::path& path, const CompressedDataset& data) {
    const std::vector<MomentSubtree>& subtrees = CompressedAccess::storage(data).subtrees;
    std::string bytes(kHead);
    files::put(bytes, std::int64_t{data.panel_exponent()});
    files::put(bytes, std::uint64_t{data.num_nodes()});
    files::put(bytes, std::uint64_t{subtrees.size()});
    for (const MomentSubtree& subtree : subtrees) {
        files::put(bytes, subtree.first_segment);
        files::put(bytes, std::uint64_t{subtree.level});
        files::put(bytes, subtree.num_samples);
        files::put(bytes, subtree.x_min);
        files::put(bytes, subtree.x_max);
        files::put(bytes, std::uint64_t{subtree.panels.size()});
        files::put(bytes, std::span<const std::int64_t>(subtree.panels));
        files::put(bytes, std::span<const double>(subtree.sums));
    }
    files::put(bytes, checksum(bytes));
    files::replace_file(path, std::array<std::string_view, 1>{bytes});
}

CompressedDataset read_compressed(const std::filesystem::path& path) {
    const std::string content = files::read_file(path, kMostCompressedBytes);
    const std::string_view all = content;
    if (!all.starts_with(kHead.substr(0, kHead.find('1')))) {
        files::fail(path, "is no compressed data set: expected a file that skein data compress has written");
    }
    if (!all.starts_with(kHead)) {
        files::fail(path, "is a compressed data set of another version of skein: expected version 1");
    }
    if (all.size() < kHead.size() + 3 * 8 + kChecksumBytes) {
        files::fail(path, "is truncated: it has ", counted(all.size(), "byte"));
    }
    std::uint64_t expected = 0;
    std::memcpy(&expected, all.data() + all.size() - kChecksumBytes, kChecksumBytes);
    const std::string_view summed = all.substr(0, all.size() - kChecksumBytes);
    if (checksum(summed) != expected) {
        files::fail(path, "is truncated or damaged: its checksum does not match");
    }
    files::ByteReader bytes(path, summed.substr(kHead.size()));
    const auto panel_exponent = bytes.take<std::int64_t>();
    const auto num_nodes = bytes.take<std::uint64_t>();
    if (panel_exponent < -500 || panel_exponent > 500 || num_nodes > 64) {
        files::fail(path, "is damaged: panels of 2^", panel_exponent, " with ", num_nodes, " nodes");
    }
    const std::size_t stride = PanelLayout(static_cast<std::size_t>(num_nodes)).stride;
    std::vector<MomentSubtree> subtrees(bytes.take_count(6 * 8));
    for (MomentSubtree& subtree : subtrees) {
        subtree = take_subtree(bytes, stride);
    }
    bytes.require_end();
    try {
        return CompressedAccess::from_subtrees(static_cast<int>(panel_exponent), static_cast<std::size_t>(num_nodes),
                                               std::move(subtrees));
    } catch (const std::invalid_argument& error) {
        files::fail(path, "is damaged: ", error.what());
    }
}

}  // namespace skein
