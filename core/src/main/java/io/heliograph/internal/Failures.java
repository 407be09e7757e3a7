package io.heliograph.internal;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Failures of futures. */
public final class Failures {

    private Failures() {}

    /** Returns the cause of the {@link CompletionException} or {@link ExecutionException} that a future wraps around a failure. */
    public static Throwable unwrap(Throwable failure) {
        Throwable unwrapped = failure;
        while ((unwrapped instanceof CompletionException || unwrapped instanceof ExecutionException)
                && unwrapped.getCause() != null) {
            unwrapped = unwrapped.getCause();
        }
        return unwrapped;
    }
}
