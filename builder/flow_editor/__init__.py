"""The page on which a flow is drawn: the bar, the panel, the settings of the flow, publishing, numbers on the cards."""
