package io.heliograph.exchange;

import java.util.List;

/**
 * What a channel remembers.
 *
 * @param publications those after the position asked for that are still there, oldest first, without a gap
 * @param head the position of the latest publication
 * @param complete whether {@code publications} is all there was since the position asked for
 */
public record History(List<Publication> publications, Position head, boolean complete) {

    public History {
        publications = List.copyOf(publications);
    }
}
