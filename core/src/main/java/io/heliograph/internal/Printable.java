package io.heliograph.internal;

import static io.heliograph.internal.Check.checkArgument;

import org.jspecify.annotations.Nullable;

/**
 * Escapes text of a peer before it reaches a terminal, a log or an exception message.
 *
 * <p>Control characters (C0, DEL, C1), line and paragraph separators, invisible format characters such as bidirectional overrides,
 * and unpaired surrogates become {@code \n}, {@code \r}, {@code \t} or {@code \\u001b}. Everything else, a backslash included,
 * stays: escaping a second time has no effect. The joiners that scripts and emoji need stay as well.
 */
public final class Printable {

    private static final String ELLIPSIS = "…";

    private Printable() {}

    /** Returns the text in printable form, of any length; {@code "null"} for null. */
    public static String of(@Nullable String text) {
        return of(text, Integer.MAX_VALUE);
    }

    /**
     * Returns the text in printable form, cut so that the result with its final {@code …} has at most {@code maxChars} characters.
     *
     * @param maxChars length of the longest result; must be positive
     */
    public static String of(@Nullable String text, int maxChars) {
        checkArgument(maxChars > 0, "maxChars: %d (expected: > 0)", maxChars);
        if (text == null) {
            return of("null", maxChars);
        }
        int plain = plainPrefix(text);
        if (plain == text.length() && plain <= maxChars) {
            return text;
        }
        StringBuilder printable = new StringBuilder(Math.min(text.length() + 16, Math.min(maxChars, 1 << 16)));
        int cut = 0; // the length to which the result is cut if the text continues
        for (int i = 0; i < text.length(); ) {
            int code = text.codePointAt(i);
            i += Character.charCount(code);
            append(printable, code);
            if (printable.length() < maxChars) {
                cut = printable.length();
            }
            if (printable.length() > maxChars || (printable.length() == maxChars && i < text.length())) {
                printable.setLength(cut);
                return printable.append(ELLIPSIS).toString();
            }
        }
        return printable.toString();
    }

    /** Returns the number of leading characters that need no escape. */
    private static int plainPrefix(String text) {
        int i = 0;
        while (i < text.length()) {
            int code = text.codePointAt(i);
            if (isEscaped(code)) {
                return i;
            }
            i += Character.charCount(code);
        }
        return i;
    }

    private static boolean isEscaped(int code) {
        if (code < 0x7f) {
            return code < ' ';
        }
        return switch (Character.getType(code)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
                true;
            case Character.FORMAT -> code != 0x200c && code != 0x200d;
            default -> false;
        };
    }

    private static void append(StringBuilder target, int code) {
        if (!isEscaped(code)) {
            target.appendCodePoint(code);
            return;
        }
        switch (code) {
            case '\n' -> target.append("\\n");
            case '\r' -> target.append("\\r");
            case '\t' -> target.append("\\t");
            default -> {
                for (char unit : Character.toChars(code)) {
                    target.append("\\u");
                    for (int shift = 12; shift >= 0; shift -= 4) {
                        target.append(Character.forDigit(unit >> shift & 0xf, 16));
                    }
                }
            }
        }
    }
}
