#include "skein/files/compressed_file.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "compression/compressed_storage.hpp"
#include "skein/dataset.hpp"
#include "skein/files/file_error.hpp"
#include "skein/random.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {
namespace {

CompressedDataset some_data(std::uint64_t num_samples) {
    std::vector<double> x, y;
    for (std::uint64_t index = 0; index < num_samples; ++index) {
        x.push_back(random::normal(1, random::Stream::samples, index));
        y.push_back(random::normal(2, random::Stream::samples, index));
    }
    CompressionSettings settings;
    settings.panel_exponent = -2;
    return compress(Dataset<double>(x, y), settings);
}

}  // namespace

TEST_CASE("a compressed data set comes back from its file to the bit") {
    const TemporaryDirectory directory;
    const std::filesystem::path path = directory.file("data.skc");
    const CompressedDataset data = some_data(200'000);
    write_compressed(path, data);
    const CompressedDataset back = read_compressed(path);
    CHECK(back.num_samples() == 200'000);
    CHECK(back.panel_exponent() == -2);
    CHECK(back.num_nodes() == data.num_nodes());
    const auto& read = internal::CompressedAccess::storage(back).subtrees;
    const auto& written = internal::CompressedAccess::storage(data).subtrees;
    REQUIRE(read.size() == written.size());
    for (std::size_t index = 0; index < written.size(); ++index) {
        CHECK(read[index].sums == written[index].sums);
        CHECK(read[index].panels == written[index].panels);
        CHECK(read[index].first_segment == written[index].first_segment);
    }
    write_compressed(directory.file("again.skc"), back);
    CHECK(content_of(directory.file("again.skc")) == content_of(path));
}

TEST_CASE("every flipped bit and every cut of a compressed file is found") {
    const TemporaryDirectory directory;
    write_compressed(directory.file("data.skc"), some_data(300));
    const std::string content = content_of(directory.file("data.skc"));
    for (std::size_t byte = 0; byte < content.size(); byte += byte < 200 ? 1 : 37) {
        std::string flipped = content;
        flipped[byte] = static_cast<char>(flipped[byte] ^ (1 << byte % 8));
        CAPTURE(byte);
        CHECK_THROWS_AS(read_compressed(directory.file("flipped.skc", flipped)), FileError);
    }
    for (std::size_t size = 0; size < content.size(); size += 61) {
        CAPTURE(size);
        CHECK_THROWS_AS(read_compressed(directory.file("cut.skc", content.substr(0, size))), FileError);
    }
    CHECK_THROWS_AS(read_compressed(directory.file("longer.skc", content + "x")), FileError);
}

}  // namespace skein::test
