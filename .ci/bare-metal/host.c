// The same runner on the host: runs the images in the files that are named.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void larmor_runImage(const void *image, int32_t count, void (*put)(uint8_t), uint32_t (*instructions)(void));

static void put(uint8_t byte) { putchar(byte); }

static uint32_t no_instructions(void) { return 0; }

int main(int count, char **names) {
  for (int number = 1; number < count; number++) {
    FILE *file = fopen(names[number], "rb");
    // Larger than any kernel here, at a multiple of 8.
    const size_t byte_count_max = 1 << 20;
    void *image = malloc(byte_count_max);
    if (file == NULL || image == NULL) {
      perror(names[number]);
      return 1;
    }
    larmor_runImage(image, (int32_t)fread(image, 1, byte_count_max, file), put, no_instructions);
    fclose(file);
    free(image);
  }
  return 0;
}
