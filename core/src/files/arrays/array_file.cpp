#include "skein/files/array_file.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <limits>
#include <stdexcept>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

#include "files/arrays/npy_header.hpp"
#include "files/io/descriptor.hpp"
#include "files/io/file_error.hpp"
#include "files/io/input_file.hpp"
#include "files/io/output_file.hpp"

namespace skein {

using namespace internal;

namespace {

namespace fs = std::filesystem;
using files::fail;
using files::fail_system;

static_assert(std::endian::native == std::endian::little, "elements are copied as they are");

constexpr std::array kArrayTypes{ElementType::boolean, ElementType::uint8,   ElementType::uint64,
                                 ElementType::int64,   ElementType::float32, ElementType::float64};

template <class T>
bool holds(ElementType type) {
    switch (type) {
        case ElementType::boolean:
        case ElementType::uint8: return std::is_same_v<T, std::uint8_t>;
        case ElementType::uint64: return std::is_same_v<T, std::uint64_t>;
        case ElementType::int64: return std::is_same_v<T, std::int64_t>;
        case ElementType::float32: return std::is_same_v<T, float>;
        case ElementType::float64: return std::is_same_v<T, double>;
    }
    return false;
}

/// The name of the type whose elements are T.
template <class T>
std::string_view name_of() {
    return files::name_of(*std::ranges::find_if(kArrayTypes.rbegin(), kArrayTypes.rend(), holds<T>));
}

std::string describe(ElementType type, std::span<const std::size_t> shape) {
    return to_text(files::name_of(type), " of shape ", files::format_shape(shape));
}

files::Descriptor copy_of(const fs::path& path, int descriptor) {
    files::Descriptor copy(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
    if (!copy.is_open()) fail_system(path, "cannot be opened", errno);
    return copy;
}

/// The bytes of the file at `path`, which an error names.
std::uint64_t require_possible(const fs::path& path, ElementType type, std::span<const std::size_t> shape) {
    try {
        return array_file_bytes(type, shape);
    } catch (const std::invalid_argument& error) {
        fail(path, error.what());
    }
}

}  // namespace

struct ArrayFile::State {
    files::InputFile file;
    ElementType type;
    std::uint64_t data_offset;
    std::uint64_t num_elements;

    /// The offset of element `first`, in bytes. Throws FileError unless all the elements exist and have type T.
    template <class T>
    std::uint64_t require_elements(std::uint64_t first, std::span<const T> elements) const;
};

template <class T>
std::uint64_t ArrayFile::State::require_elements(std::uint64_t first, std::span<const T> elements) const {
    if (!holds<T>(type)) {
        fail(file.path(), "holds ", files::name_of(type), ", not ", name_of<T>());
    }
    if (first > num_elements || elements.size() > num_elements - first) {
        fail(file.path(), "has ", num_elements, " elements: expected ", elements.size(), " from element ", first,
             " on");
    }
    return data_offset + first * sizeof(T);
}

std::uint64_t array_file_bytes(ElementType type, std::span<const std::size_t> shape) {
    if (shape.size() > files::kMaxDimensions) {
        throw std::invalid_argument(
            to_text("an array of ", shape.size(), " dimensions: NumPy has at most ", files::kMaxDimensions));
    }
    constexpr std::uint64_t kMaxBytes = std::numeric_limits<off_t>::max();
    const std::uint64_t header_bytes = files::format_npy_header(type, shape).size();
    std::uint64_t data_bytes = 0;
    if (!files::checked_size(shape, files::bytes_of(type), data_bytes) || data_bytes > kMaxBytes - header_bytes) {
        throw std::invalid_argument(
            to_text("an array of ", describe(type, shape), ": more bytes than a file can have"));
    }
    return header_bytes + data_bytes;
}

std::uint64_t free_bytes(const fs::path& path) {
    std::error_code error;
    fs::path place = fs::absolute(path.empty() ? "." : path, error);
    if (error) fail_system(path, "the free space cannot be read", error.value());
    struct statvfs status {};
    while (::statvfs(place.c_str(), &status) != 0) {
        const bool is_missing = errno == ENOENT || errno == ENOTDIR;
        if (!is_missing || place == place.parent_path()) fail_system(path, "the free space cannot be read", errno);
        place = place.parent_path();
    }
    return std::uint64_t{status.f_bavail} * status.f_frsize;
}

ArrayFile::ArrayFile(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
ArrayFile::ArrayFile(ArrayFile&&) noexcept = default;
ArrayFile& ArrayFile::operator=(ArrayFile&&) noexcept = default;
ArrayFile::~ArrayFile() = default;

ArrayFile ArrayFile::create(const fs::path& path, ElementType type, std::span<const std::size_t> shape) {
    const std::uint64_t size_bytes = require_possible(path, type, shape);
    const std::string header = files::format_npy_header(type, shape);
    files::OutputFile file(path);
    file.reserve(size_bytes);
    file.write(header);
    files::Descriptor descriptor = copy_of(path, file.descriptor());
    file.publish();
    return ArrayFile(std::make_unique<State>(State{files::InputFile(path, std::move(descriptor)), type, header.size(),
                                                   (size_bytes - header.size()) / files::bytes_of(type)}));
}

ArrayFile ArrayFile::open(const fs::path& path, ElementType type, std::span<const std::size_t> shape) {
    files::Descriptor descriptor(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
    if (!descriptor.is_open()) fail_system(path, "cannot be opened", errno);
    files::InputFile file(path, std::move(descriptor));
    const files::NpyHeader header = files::read_npy_header(file);
    const ElementType found = files::require_type(path, header.dictionary, kArrayTypes);
    if (found != type || !std::ranges::equal(header.dictionary.shape, shape)) {
        fail(path, "holds ", describe(found, header.dictionary.shape), ": expected ", describe(type, shape));
    }
    const std::uint64_t num_elements =
        files::require_data_size(file, header, files::name_of(type), files::bytes_of(type));
    return ArrayFile(std::make_unique<State>(State{std::move(file), type, header.data_offset, num_elements}));
}

const fs::path& ArrayFile::path() const noexcept { return state_->file.path(); }

std::uint64_t ArrayFile::num_elements() const noexcept { return state_->num_elements; }

template <class T>
void ArrayFile::write(std::uint64_t first_element, std::span<const T> elements) {
    const std::uint64_t offset = state_->require_elements(first_element, elements);
    if (state_->type == ElementType::boolean) {
        const auto wrong = std::ranges::find_if(elements, [](T element) { return element != T(0) && element != T(1); });
        if (wrong != elements.end()) fail(path(), "holds boolean: expected 0 or 1, not ", *wrong);
    }
    files::write_at(path(), state_->file.descriptor(), offset, std::as_bytes(elements));
}

template <class T>
void ArrayFile::read(std::uint64_t first_element, std::span<T> elements) const {
    const std::uint64_t offset = state_->require_elements(first_element, std::span<const T>(elements));
    state_->file.read_at(offset, std::as_writable_bytes(elements));
}

void ArrayFile::sync() {
    if (::fdatasync(state_->file.descriptor()) != 0) fail_system(path(), "cannot be synced", errno);
}

template void ArrayFile::write(std::uint64_t, std::span<const std::uint8_t>);
template void ArrayFile::write(std::uint64_t, std::span<const std::uint64_t>);
template void ArrayFile::write(std::uint64_t, std::span<const std::int64_t>);
template void ArrayFile::write(std::uint64_t, std::span<const float>);
template void ArrayFile::write(std::uint64_t, std::span<const double>);
template void ArrayFile::read(std::uint64_t, std::span<std::uint8_t>) const;
template void ArrayFile::read(std::uint64_t, std::span<std::uint64_t>) const;
template void ArrayFile::read(std::uint64_t, std::span<std::int64_t>) const;
template void ArrayFile::read(std::uint64_t, std::span<float>) const;
template void ArrayFile::read(std::uint64_t, std::span<double>) const;

}  // namespace skein
