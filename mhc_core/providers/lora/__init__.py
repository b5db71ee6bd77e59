"""LoRA fine-tuning of a chat model with open weights; needs the extra ``lora``."""
