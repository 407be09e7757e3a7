package io.heliograph.cli.top;

import java.time.Duration;
import java.util.Locale;

/** Numbers for people: short, with a unit. */
final class Amounts {

    private static final String[] BYTES = {"B", "KiB", "MiB", "GiB", "TiB"};
    private static final String[] THOUSANDS = {"", " k", " M", " G"};

    private Amounts() {}

    static String count(double value) {
        return scaled(value, 1000, THOUSANDS, "");
    }

    static String bytes(double value) {
        return scaled(value, 1024, BYTES, " ");
    }

    private static String scaled(double value, int step, String[] units, String space) {
        int unit = 0;
        double scaled = value;
        while (scaled >= step && unit < units.length - 1) {
            scaled /= step;
            unit++;
        }
        String format = unit == 0 || scaled >= 100 ? "%.0f" : scaled >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, scaled) + space + units[unit];
    }

    static String millis(double millis) {
        return String.format(Locale.ROOT, millis >= 100 ? "%.0f ms" : "%.1f ms", millis);
    }

    static String age(Duration age) {
        return age.toDays() > 0
                ? age.toDays() + " d"
                : age.toHours() > 0
                        ? age.toHours() + " h"
                        : age.toMinutes() > 0 ? age.toMinutes() + " min" : Math.max(0, age.toSeconds()) + " s";
    }
}
