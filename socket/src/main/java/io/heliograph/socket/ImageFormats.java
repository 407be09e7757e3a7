package io.heliograph.socket;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/** The formats of images that the runtime can write; none if it has no module {@code java.desktop}. */
final class ImageFormats {

    private ImageFormats() {}

    static List<String> writable() {
        return isThere() ? Names.WRITABLE : List.of();
    }

    /** Whether images can be used at all: a runtime that was cut to size may lack them. */
    static boolean isThere() {
        try {
            Class.forName("javax.imageio.ImageIO", false, ImageFormats.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError missing) {
            return false;
        }
    }

    /** Apart, so that it is loaded only where there is such a module. */
    private static final class Names {

        static final List<String> WRITABLE = Arrays.stream(ImageIO.getWriterFormatNames())
                .map(name -> name.toLowerCase(Locale.ROOT))
                .distinct()
                .sorted()
                .toList();
    }
}
