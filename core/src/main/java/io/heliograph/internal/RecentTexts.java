package io.heliograph.internal;

/**
 * Texts that were seen lately, so that what many connections say alike is kept once: the host they asked for, the browser they
 * are, the proxy they come from. A server keeps those of each connection for as long as it lasts.
 *
 * <p>A fixed number of places, each with the last text that belongs there. Any thread; which of two threads wins a place does not
 * matter, as a text is right wherever it comes from.
 */
public final class RecentTexts {

    private static final int PLACES = 512;
    private static final int LONGEST = 256;

    private final String[] places = new String[PLACES];

    /** The same text, as an object that others have too if one is there. */
    public String shared(String text) {
        if (text.length() > LONGEST) {
            return text;
        }
        int hash = text.hashCode();
        int place = (hash ^ hash >>> 16) & (PLACES - 1);
        String seen = places[place];
        if (text.equals(seen)) {
            return seen;
        }
        places[place] = text;
        return text;
    }
}
