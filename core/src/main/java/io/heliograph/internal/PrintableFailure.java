package io.heliograph.internal;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Copy of an exception for the log. A peer may have written parts of its message: the messages of the exception, its causes and its
 * suppressed exceptions are {@linkplain Printable printable}; class names and stacks are those of the originals.
 */
public final class PrintableFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Maximum number of exceptions that are copied: causes and suppressed ones included. */
    private static final int MAX_COPIED = 100;

    private PrintableFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Returns {@code failure} if all its messages are printable, otherwise a copy with printable messages. */
    public static Throwable of(Throwable failure) {
        return isPrintable(failure, identitySet()) ? failure : copy(failure, identitySet());
    }

    private static Set<Throwable> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    private static boolean isPrintable(Throwable failure, Set<Throwable> seen) {
        if (!isNew(failure, seen)) {
            return true;
        }
        String text = failure.toString();
        Throwable cause = failure.getCause();
        if (!Printable.of(text).equals(text) || (cause != null && !isPrintable(cause, seen))) {
            return false;
        }
        for (Throwable suppressed : failure.getSuppressed()) {
            if (!isPrintable(suppressed, seen)) {
                return false;
            }
        }
        return true;
    }

    private static PrintableFailure copy(Throwable failure, Set<Throwable> seen) {
        seen.add(failure);
        Throwable cause = failure.getCause();
        PrintableFailure copy = new PrintableFailure(
                Printable.of(failure.toString()), cause != null && isNew(cause, seen) ? copy(cause, seen) : null);
        copy.setStackTrace(failure.getStackTrace());
        for (Throwable suppressed : failure.getSuppressed()) {
            if (isNew(suppressed, seen)) {
                copy.addSuppressed(copy(suppressed, seen));
            }
        }
        return copy;
    }

    private static boolean isNew(Throwable failure, Set<Throwable> seen) {
        return seen.size() < MAX_COPIED && seen.add(failure);
    }

    /** Returns the class and the message of the original. */
    @Override
    @SuppressWarnings("OverrideThrowableToString") // the class of the copy is of no interest
    public String toString() {
        return String.valueOf(getMessage());
    }
}
