#include "skein/files/array_file.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "skein/files/npy.hpp"
#include "support/file_checks.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {
namespace {

namespace fs = std::filesystem;
using namespace std::literals;
using Shape = std::vector<std::size_t>;

/// What numpy 1.24 writes before the data of an array of this type and shape.
std::string numpy_header(std::string_view type, std::string_view shape) {
    const std::string dictionary =
        "{'descr': '" + std::string(type) + "', 'fortran_order': False, 'shape': " + std::string(shape) + ", }";
    return "\x93NUMPY\x01\0v\0"s + dictionary + std::string(117 - dictionary.size(), ' ') + "\n";
}

template <class T>
std::string bytes_of(const std::vector<T>& elements) {
    return {reinterpret_cast<const char*>(elements.data()), elements.size() * sizeof(T)};
}

/// The error of `call`, from behind the file's name.
template <class Call>
std::string error_about(const fs::path& path, const Call& call) {
    const std::string text = file_error_of(call);
    return text.starts_with(path.string() + ": ") ? text.substr(path.string().size() + 2) : text;
}

/// Creates, fills from the back, opens, reads.
template <class T>
void check_elements(ElementType type, std::string_view numpy_type, const std::vector<T>& elements) {
    REQUIRE(elements.size() == 6);
    const TemporaryDirectory directory;
    const fs::path path = directory.file("a.npy");
    const Shape shape{3, 2};
    const std::span<const T> all(elements);
    {
        ArrayFile file = ArrayFile::create(path, type, shape);
        CHECK(file.num_elements() == 6);
        CHECK(file.path() == path);
        CHECK(content_of(path) == numpy_header(numpy_type, "(3, 2)") + std::string(6 * sizeof(T), '\0'));
        file.write<T>(4, all.subspan(4));
        file.write<T>(0, all.first(4));
        file.write<T>(6, {});
        file.sync();
    }
    CHECK(content_of(path) == numpy_header(numpy_type, "(3, 2)") + bytes_of(elements));
    CHECK(array_file_bytes(type, shape) == fs::file_size(path));
    CHECK(directory.num_entries() == 1);

    const ArrayFile file = ArrayFile::open(path, type, shape);
    std::vector<T> copy(5);
    file.read<T>(1, copy);
    CHECK(bytes_of(copy) == bytes_of(elements).substr(sizeof(T)));
}

TEST_CASE("files: array files of all types are what numpy writes") {
    check_elements<std::uint8_t>(ElementType::boolean, "|b1", {0, 1, 1, 0, 0, 1});
    check_elements<std::uint8_t>(ElementType::uint8, "|u1", {0, 1, 2, 127, 128, 255});
    check_elements<std::uint64_t>(ElementType::uint64, "<u8", {0, 1, 2, 3, 1ull << 63, ~0ull});
    check_elements<std::int64_t>(ElementType::int64, "<i8",
                                 {0, -1, 2, -3, std::numeric_limits<std::int64_t>::min(), INT64_MAX});
    check_elements<float>(ElementType::float32, "<f4", {0.1f, -0.0f, INFINITY, NAN, 1e-45f, -3});
    check_elements<double>(ElementType::float64, "<f8", {0.1, -0.0, INFINITY, NAN, 5e-324, -3});
}

TEST_CASE("files: an array file of any dimensions") {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("a.npy");
    for (const auto& [shape, text, num_elements] : std::vector<std::tuple<Shape, std::string, std::uint64_t>>{
             {{}, "()", 1}, {{5}, "(5,)", 5}, {{2, 0, 3}, "(2, 0, 3)", 0}, {{2, 3, 4, 5}, "(2, 3, 4, 5)", 120}}) {
        CHECK(ArrayFile::create(path, ElementType::uint64, shape).num_elements() == num_elements);
        CHECK(content_of(path) == numpy_header("<u8", text) + std::string(8 * num_elements, '\0'));
        CHECK(ArrayFile::open(path, ElementType::uint64, shape).num_elements() == num_elements);
    }
    CHECK(array_file_bytes(ElementType::boolean, Shape(32, 1)) % 64 == 1);
}

TEST_CASE("files: an array file reads and is read like any .npy file") {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("a.npy");
    const std::vector<float> values{1, 2, 3};
    ArrayFile file = ArrayFile::create(path, ElementType::float32, Shape{3});
    file.write<float>(0, values);
    CHECK(read_npy<float>(path).values == values);
    write_npy<double>(path, std::vector<double>{4, 5}, Shape{2, 1});
    file = ArrayFile::open(path, ElementType::float64, Shape{2, 1});
    file.write<double>(1, std::vector<double>{6});
    CHECK(read_npy<double>(path).values == std::vector<double>{4, 6});
}

TEST_CASE("files: a map of an array file shows what is written") {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("a.npy");
    ArrayFile file = ArrayFile::create(path, ElementType::float64, Shape{100'000});
    const int descriptor = ::open(path.c_str(), O_RDONLY);
    void* const map = ::mmap(nullptr, fs::file_size(path), PROT_READ, MAP_SHARED, descriptor, 0);
    ::close(descriptor);
    REQUIRE(map != MAP_FAILED);
    const double* const elements = static_cast<const double*>(map) + 128 / sizeof(double);
    CHECK(elements[99'999] == 0);
    file.write<double>(99'999, std::vector<double>{0.5});
    CHECK(elements[99'999] == 0.5);
    ::munmap(map, fs::file_size(path));
}

TEST_CASE("files: several threads fill an array file") {
    const TemporaryDirectory directory;
    constexpr std::uint64_t kPerThread = 100'000;
    ArrayFile file = ArrayFile::create(directory.file("a.npy"), ElementType::uint64, Shape{4, kPerThread});
    std::vector<std::thread> threads;
    for (std::uint64_t row = 0; row < 4; ++row) {
        threads.emplace_back([&file, row] {
            for (std::uint64_t column = 0; column < kPerThread; column += 1000) {
                file.write<std::uint64_t>(row * kPerThread + column, std::vector<std::uint64_t>(1000, row));
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    std::vector<std::uint64_t> elements(4 * kPerThread);
    file.read<std::uint64_t>(0, elements);
    bool is_right = true;
    for (std::size_t index = 0; index < elements.size(); ++index) is_right &= elements[index] == index / kPerThread;
    CHECK(is_right);
}

TEST_CASE("files: an array file takes the place of a file, and an open one goes on without a name") {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("a.npy", "old");
    ArrayFile first = ArrayFile::create(path, ElementType::uint8, Shape{2});
    ArrayFile second = ArrayFile::create(path, ElementType::uint8, Shape{2});
    first.write<std::uint8_t>(0, std::vector<std::uint8_t>{7, 7});
    CHECK(content_of(path).ends_with("\n\0\0"s));
    first = std::move(second);
    first.write<std::uint8_t>(0, std::vector<std::uint8_t>{8, 8});
    CHECK(content_of(path).ends_with("\n\x08\x08"s));
    CHECK(directory.num_entries() == 1);
    CHECK(error_about(directory.path(), [&] { ArrayFile::create(directory.path(), ElementType::uint8, Shape{2}); }) ==
          "is a directory: expected a file, or a new name");
}

TEST_CASE("files: elements that an array file does not have") {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("a.npy");
    ArrayFile file = ArrayFile::create(path, ElementType::float32, Shape{2, 3});
    const std::vector<float> two(2);
    const auto write_error = [&](std::uint64_t first) {
        return error_about(path, [&] { file.write<float>(first, two); });
    };
    CHECK(write_error(4) == "no error");
    CHECK(write_error(5) == "has 6 elements: expected 2 from element 5 on");
    CHECK(write_error(7) == "has 6 elements: expected 2 from element 7 on");
    CHECK(write_error(~0ull) == "has 6 elements: expected 2 from element 18446744073709551615 on");
    CHECK(error_about(path, [&] {
              std::vector<float> seven(7);
              file.read<float>(0, seven);
          }) == "has 6 elements: expected 7 from element 0 on");
    CHECK(error_about(path, [&] { file.write<double>(0, std::vector<double>(1)); }) == "holds float32, not float64");
    CHECK(error_about(path, [&] { file.write<std::uint8_t>(0, std::vector<std::uint8_t>(1)); }) ==
          "holds float32, not uint8");
    CHECK(fs::file_size(path) == 128 + 6 * 4);

    file = ArrayFile::create(path, ElementType::boolean, Shape{3});
    CHECK(error_about(path, [&] {
              file.write<std::uint8_t>(0, std::vector<std::uint8_t>{1, 2});
          }) == "holds boolean: expected 0 or 1, not 2");
}

TEST_CASE("files: an array file that is another one than expected is not opened") {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("a.npy");
    const auto error = [&](ElementType type, const Shape& shape) {
        return error_about(path, [&] { ArrayFile::open(path, type, shape); });
    };
    CHECK(error(ElementType::float32, {2, 3}) == "cannot be opened: No such file or directory");
    ArrayFile::create(path, ElementType::float32, Shape{2, 3});
    CHECK(error(ElementType::float32, {2, 3}) == "no error");
    CHECK(error(ElementType::float64, {2, 3}) == "holds float32 of shape (2, 3): expected float64 of shape (2, 3)");
    CHECK(error(ElementType::float32, {3, 2}) == "holds float32 of shape (2, 3): expected float32 of shape (3, 2)");
    CHECK(error(ElementType::float32, {6}) == "holds float32 of shape (2, 3): expected float32 of shape (6,)");

    const std::string whole = content_of(path);
    directory.file("a.npy", whole + "x");
    CHECK(error(ElementType::float32, {2, 3}) ==
          "has trailing bytes: shape (2, 3) of float32 takes 24 bytes of data, the file has 25");
    directory.file("a.npy", whole.substr(0, whole.size() - 1));
    CHECK(error(ElementType::float32, {2, 3}) ==
          "is truncated: shape (2, 3) of float32 takes 24 bytes of data, the file has 23");
    directory.file("a.npy", whole.substr(0, 100));
    CHECK(error(ElementType::float32, {2, 3}) == "is truncated: its header has 118 bytes, the file holds 90");
    directory.file("a.npy", "text");
    CHECK(error(ElementType::float32, {2, 3}) == "is not a .npy file: expected it to start with \\x93NUMPY");
    directory.file("a.npy", numpy_header("<c8", "(2, 3)") + std::string(48, '\0'));
    CHECK(error(ElementType::float32, {2, 3}) ==
          "dtype '<c8' is not supported: expected '|b1', '|u1', '<u8', '<i8', '<f4' or '<f8'");
    CHECK(error_about(directory.path(), [&] { ArrayFile::open(directory.path(), ElementType::uint8, Shape{2}); }) ==
          "cannot be opened: Is a directory");
}

/// Runs `call` while no file may grow beyond `size_bytes`.
template <class Call>
std::string error_with_largest_file(rlim_t size_bytes, const Call& call) {
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const auto handler = ::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{size_bytes, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    const std::string error = file_error_of(call);
    ::setrlimit(RLIMIT_FSIZE, &before);
    ::signal(SIGXFSZ, handler);
    return error;
}

TEST_CASE("files: an array file that has no room leaves the old file and no other") {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("a.npy", "old");
    const Shape shape{1000, 1000};
    const auto create = [&] { ArrayFile::create(path, ElementType::float64, shape); };
    CHECK(error_with_largest_file(8'000'127, create) ==
          path.string() + ": a file of 8000128 bytes cannot be made: File too large");
    CHECK(content_of(path) == "old");
    CHECK(directory.num_entries() == 1);
    CHECK(error_with_largest_file(8'000'128, create) == "no error");
}

TEST_CASE("files: a write to an array file that fails") {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("a.npy");
    ArrayFile file = ArrayFile::create(path, ElementType::float64, Shape{1000});
    // Writes up to the limit, then nothing more: the rest is tried, and fails.
    CHECK(error_with_largest_file(1000, [&] { file.write<double>(0, std::vector<double>(1000, 1.5)); }) ==
          path.string() + ": cannot be written: File too large");
    std::array<double, 2> elements{};
    file.read<double>(108, elements);
    CHECK(elements == std::array<double, 2>{1.5, 0});
    fs::resize_file(path, 1000);
    CHECK(error_about(path, [&] { file.read<double>(108, elements); }) ==
          "ends at byte 1000: the file was truncated while being read");
}

TEST_CASE("files: arrays that no file can hold") {
    constexpr std::size_t kHuge = std::size_t{1} << 60;
    CHECK(array_file_bytes(ElementType::uint8, Shape{kHuge}) == kHuge + 128);
    CHECK(array_file_bytes(ElementType::float64, Shape{kHuge - 17}) == 8 * (kHuge - 1));
    CHECK_THROWS_WITH_AS(array_file_bytes(ElementType::float64, Shape{kHuge}),
                         "an array of float64 of shape (1152921504606846976,): more bytes than a file can have",
                         std::invalid_argument);
    CHECK_THROWS_AS(array_file_bytes(ElementType::uint8, Shape{kHuge, 16}), std::invalid_argument);
    CHECK_THROWS_WITH_AS(array_file_bytes(ElementType::uint8, Shape(33, 1)),
                         "an array of 33 dimensions: NumPy has at most 32", std::invalid_argument);
    CHECK(file_error_of([&] { ArrayFile::create("/missing/a.npy", ElementType::uint8, Shape(33, 1)); }) ==
          "/missing/a.npy: an array of 33 dimensions: NumPy has at most 32");
}

TEST_CASE("files: free bytes, also of what is not there yet") {
    const TemporaryDirectory directory;
    CHECK(free_bytes(directory.path()) > 0);
    CHECK(free_bytes(directory.file("a/b/c.npy")) > 0);
    CHECK(free_bytes(directory.file("file", "") / "a") > 0);
    CHECK(free_bytes("missing/a") > 0);
    CHECK(free_bytes("") > 0);
    CHECK(free_bytes("/proc/missing") == free_bytes("/proc"));
}

}  // namespace
}  // namespace skein::test
