-- Family 13, figures: added up with the rights of whoever asks.

grant execute on function private.order_stages, private.order_figures, private.most_ordered, private.revenue_figures, private.stock_figures, private.ageing_figures to authenticated;
