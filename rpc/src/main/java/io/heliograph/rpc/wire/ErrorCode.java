package io.heliograph.rpc.wire;

/** Errors that the protocol defines, with their codes and messages. */
public enum ErrorCode {
    PARSE_ERROR(-32700, "Parse error"),
    INVALID_REQUEST(-32600, "Invalid Request"),
    METHOD_NOT_FOUND(-32601, "Method not found"),
    INVALID_PARAMS(-32602, "Invalid params"),
    INTERNAL_ERROR(-32603, "Internal error"),
    PARAMS_NOT_FOUND(-32604, "Params not found"),
    METHOD_FORBIDDEN(-32605, "Method forbidden"),
    EVENT_FORBIDDEN(-32606, "Event forbidden"),
    EVENT_NOT_PROVIDED(-32000, "Event not provided"),
    SERVER_CLOSING(-32000, "Server is closing"),
    SERVER_BUSY(-32000, "Server is busy"),

    /** The same as {@link #SERVER_CLOSING}, of a server with a backend. */
    HUB_CLOSING(-32003, "Server is closing");

    /** Code of an exception that a handler throws. */
    public static final int SERVER_ERROR = -32000;

    public final int code;
    public final String message;

    ErrorCode(int code, String message) {
        this.code = code;
        this.message = message;
    }
}
