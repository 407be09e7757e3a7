package io.heliograph.exchange.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The commands of one connection. */
record Commands(RedisAsyncCommands<byte[], byte[]> async) {

    private static final byte[][] NO_ARGUMENTS = {};

    /** Calls a function of the library that returns a list. */
    CompletionStage<List<Object>> call(String function, List<byte[]> keys, List<byte[]> arguments) {
        return async.fcall(
                FunctionLibrary.current().function(function),
                ScriptOutputType.MULTI,
                keys.toArray(NO_ARGUMENTS),
                arguments.toArray(NO_ARGUMENTS));
    }

    /** Calls a function of the library that returns a string or a number. */
    <T> CompletionStage<T> call(ScriptOutputType output, String function, List<byte[]> keys, List<byte[]> arguments) {
        return async.fcall(
                FunctionLibrary.current().function(function),
                output,
                keys.toArray(NO_ARGUMENTS),
                arguments.toArray(NO_ARGUMENTS));
    }

    static @Nullable String text(@Nullable Object value) {
        return value instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : null;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] bytes(long number) {
        return bytes(Long.toString(number));
    }

    /** Error codes after which the server certainly did nothing, and the command is sent again, perhaps to another server. */
    private static final List<String> NOT_NOW = List.of(
            "READONLY",
            "LOADING",
            "MASTERDOWN",
            "CLUSTERDOWN",
            "MOVED",
            "ASK",
            "TRYAGAIN",
            "NOREPLICAS",
            "BUSY",
            "MISCONF");

    /** Whether the server refused a command for the moment. */
    static boolean isNotNow(Throwable failure) {
        return failure instanceof RedisCommandExecutionException && NOT_NOW.contains(code(failure));
    }

    /** Whether the server is not the master (any more). */
    static boolean isMoved(Throwable failure) {
        return failure instanceof RedisCommandExecutionException
                && List.of("READONLY", "MOVED", "ASK", "CLUSTERDOWN").contains(code(failure));
    }

    /** Whether the memory of the server is full. */
    static boolean isFull(Throwable failure) {
        return failure instanceof RedisCommandExecutionException
                && code(failure).equals("OOM");
    }

    /** Whether the server does not know a function. */
    static boolean isFunctionMissing(Throwable failure) {
        return failure instanceof RedisCommandExecutionException
                && String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT).contains("function not found");
    }

    /** Whether the server has executed a command and answered with an error. */
    static boolean isAnswer(Throwable failure) {
        return failure instanceof RedisCommandExecutionException;
    }

    private static String code(Throwable failure) {
        return String.valueOf(failure.getMessage()).split(" ", 2)[0];
    }
}
