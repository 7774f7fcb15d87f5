// A user of skein without Eigen, and without the headers of what skein::files is made of. Prints the hash of a short
// training.
#include <cinttypes>
#include <cstdio>
#include <skein/files.hpp>
#include <skein/skein.hpp>

#include "short_training.hpp"

#if defined(EIGEN_WORLD_VERSION) || defined(NLOHMANN_JSON_VERSION_MAJOR) || defined(PNG_LIBPNG_VER)
#error "a public header of skein brings what only skein itself needs"
#endif

int main(int num_arguments, char** arguments) {
    if (num_arguments != 2) return 2;
    const skein::RunDirectory directory(arguments[1], true);
    skein::write_chain(directory.file("chain.json"), skein::Chain<float>({0.5f, -1.25f}));
    skein::write_picture(directory.file("picture.png"), {1, 1, {skein::side_colour(1, 0.5)}});
    std::printf("%016" PRIx64 "\n", skein_consumer::hash_of_short_training());
    return 0;
}
