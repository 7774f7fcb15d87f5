// A user of skein with Eigen objects of its own around every call. Prints the hash of a short training.
#include <Eigen/Dense>
#include <cinttypes>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <skein/eigen.hpp>
#include <skein/files.hpp>
#include <skein/skein.hpp>
#include <string>

#include "short_training.hpp"

namespace {

[[noreturn]] void fail(const char* what) {
    std::fprintf(stderr, "%s\n", what);
    std::exit(1);
}

/// Matrices and vectors of all alignments that Eigen knows, on the heap and on the stack, made and destroyed here.
double solve_with_own_eigen(int size) {
    const Eigen::MatrixXd matrix = Eigen::MatrixXd::Identity(size, size) * 2.0;
    const Eigen::VectorXd solution = matrix.llt().solve(Eigen::VectorXd::Constant(size, 3.0));
    const Eigen::Matrix4f small = Eigen::Matrix4f::Identity() * 0.5f;
    return solution.sum() + static_cast<double>(small.trace());
}

/// Eigen's arrays as samples and weights, through skein/eigen.hpp.
void check_eigen_face() {
    const Eigen::ArrayXd weights = Eigen::ArrayXd::LinSpaced(4, 0.5, 1.25);
    const skein::Chain<double> chain = skein::make_chain(weights);
    if (!(skein::weights(chain) == weights).all()) fail("the weights are not those of Eigen's array");

    const Eigen::ArrayXd x = Eigen::ArrayXd::LinSpaced(1001, -2.0, 2.0);
    const Eigen::ArrayXd y = 0.25 * x;
    const auto by_kernels = skein::loss_and_gradient<double>(chain, x, y);
    const auto columns = skein::forward<double>(chain, x);
    const auto deltas = skein::backward<double>(chain, columns.activations, y);
    const Eigen::ArrayXd by_columns = skein::weight_gradients<double>(x, columns.activations, deltas);
    if (!((by_columns - by_kernels.weight_gradients).abs() <= 1e-12).all()) fail("the two gradients differ");
}

void check_files(const std::filesystem::path& directory) {
    const skein::Chain<double> chain({0.5, -1.25, 0x1p-1060});
    skein::write_chain(directory / "chain.json", chain);
    const skein::Chain<double> copy = skein::read_chain<double>(directory / "chain.json");
    skein_consumer::Hash written, read;
    written.add(chain.weights());
    read.add(copy.weights());
    if (written.value() != read.value()) fail("a chain has changed in its file");
    try {
        skein::read_chain<double>(directory / "missing.json");
        fail("a missing file was read");
    } catch (const skein::FileError&) {
    }
}

}  // namespace

int main(int num_arguments, char** arguments) {
    if (num_arguments != 2) fail("usage: consumer DIRECTORY");
    try {
        const double before = solve_with_own_eigen(37);
        check_eigen_face();
        check_files(arguments[1]);
        const std::uint64_t hash = skein_consumer::hash_of_short_training();
        if (solve_with_own_eigen(37) != before) fail("the consumer's own Eigen has changed its mind");
        std::printf("%016" PRIx64 "\n", hash);
        return 0;
    } catch (const std::exception& error) {
        fail(error.what());
    }
}
