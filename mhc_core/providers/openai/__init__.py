"""OpenAI, Azure OpenAI and compatible servers: chat, embeddings, fine-tuning, prices, retirement dates."""
