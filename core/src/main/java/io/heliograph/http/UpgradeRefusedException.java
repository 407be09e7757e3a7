package io.heliograph.http;

import io.heliograph.HeliographException;
import io.heliograph.internal.HttpStatus;
import io.heliograph.internal.Printable;

/** The server answered a request for a WebSocket with an ordinary response. No message was sent. */
public final class UpgradeRefusedException extends HeliographException {

    private static final long serialVersionUID = 1L;

    private static final int MAX_SHOWN = 200;

    private final int status;
    private final String body;

    /**
     * @param url the requested URL, without its query
     * @param status the status of the response
     * @param body the beginning of its body, at most 1024 characters
     */
    public UpgradeRefusedException(String url, int status, String body) {
        super(message(url, status, body), null);
        this.status = status;
        this.body = body;
    }

    private static String message(String url, int status, String body) {
        String advice = switch (status) {
            case 301, 302, 303, 307, 308 -> "the server is at another URL";
            case 400, 404, 405, 426 -> "check the path, which must be that of a WebSocket";
            case 401, 407 -> "the server requires a login";
            case 403 -> "the server refuses this client, host or origin";
            case 429, 502, 503, 504 -> "try again later";
            default -> "";
        };
        String text = Printable.of(body.strip(), MAX_SHOWN);
        return url + " refused the WebSocket with status " + status + " (" + HttpStatus.phrase(status) + ")"
                + (text.isEmpty() || text.equals(HttpStatus.phrase(status)) ? "" : ": " + text)
                + (advice.isEmpty() ? "" : "; " + advice);
    }

    /** The status of the response: any status except 101, usually 3xx to 5xx. */
    public int status() {
        return status;
    }

    @Override
    public boolean unsent() {
        return true;
    }

    /** The beginning of the body of the response, at most 1024 characters, as the server sent it. */
    public String body() {
        return body;
    }
}
