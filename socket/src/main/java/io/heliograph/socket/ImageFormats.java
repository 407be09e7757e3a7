package io.heliograph.socket;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/** Image formats that the runtime can write; empty without the module {@code java.desktop}. */
final class ImageFormats {

    private ImageFormats() {}

    static List<String> writable() {
        return isAvailable() ? Names.WRITABLE : List.of();
    }

    /** Whether the runtime contains the module {@code java.desktop}. */
    static boolean isAvailable() {
        try {
            Class.forName("javax.imageio.ImageIO", false, ImageFormats.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError missing) {
            return false;
        }
    }

    /** Loaded only if the module is present. */
    private static final class Names {

        static final List<String> WRITABLE = Arrays.stream(ImageIO.getWriterFormatNames())
                .map(name -> name.toLowerCase(Locale.ROOT))
                .distinct()
                .sorted()
                .toList();
    }
}
