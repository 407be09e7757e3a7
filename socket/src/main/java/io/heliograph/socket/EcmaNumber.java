package io.heliograph.socket;

import java.math.BigDecimal;

/** Formats numbers like ECMAScript: {@code 5}, {@code 0.1}, {@code 1e+21}. */
final class EcmaNumber {

    private static final int MAX_PLAIN = 21;
    private static final int MIN_PLAIN = -6;

    private EcmaNumber() {}

    static String format(Number number) {
        return switch (number) {
            case Double value -> format(value, value.toString());
            case Float value -> format(value, value.toString());
            default -> number.toString();
        };
    }

    /**
     * @param digits the shortest decimal of Java that identifies the value
     */
    private static String format(double value, String digits) {
        if (value == 0) {
            return "0"; // of either sign
        }
        if (!Double.isFinite(value)) {
            return digits;
        }
        BigDecimal exact = new BigDecimal(digits).stripTrailingZeros();
        String unscaled = exact.unscaledValue().abs().toString();
        int point = unscaled.length() - exact.scale(); // position of the decimal point, from the left
        String sign = value < 0 ? "-" : "";
        if (point > MAX_PLAIN || point <= MIN_PLAIN) {
            String fraction = unscaled.length() == 1 ? "" : "." + unscaled.substring(1);
            String exponent = (point > 0 ? "+" : "") + (point - 1);
            return sign + unscaled.charAt(0) + fraction + "e" + exponent;
        }
        return sign + exact.abs().toPlainString();
    }
}
